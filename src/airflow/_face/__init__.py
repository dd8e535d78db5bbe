"""The table behind the ``airflow`` import paths, and the finder that serves modules from it.

``homes`` says where an object lives. ``core``, ``sdk``, ``legacy`` and ``providers`` list the paths, and
``table`` puts them together. ``finder`` answers imports; ``explain`` words the error for a path or name that
is in none of the lists.
"""
