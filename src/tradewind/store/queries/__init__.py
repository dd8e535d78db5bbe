"""Reads, one file per noun.

Queries that serve people take ``visible``, the DAG ids that the caller may read (None: all), as a required
keyword and apply it in the SQL, to counts as well. ``scheduling`` serves the scheduler and takes none.
"""
