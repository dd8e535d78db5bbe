"""Reads, one file per noun.

Queries that serve people take ``access`` (``domain.access``), the DAGs that the caller may touch in what it
does, as a required keyword, and apply it in the SQL, to counts as well. ``scheduling`` serves the scheduler
and takes none; so do queries that take the key of a row which the caller has loaded.
"""
