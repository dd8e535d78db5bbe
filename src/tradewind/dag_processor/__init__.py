"""Keeps the database in step with the DAG files.

    folders ──watch──▶ agenda ──ParseFile──▶ importer ──fork──▶ a child per file
                         ▲                      │ ParsedFile
                         └────── service ◀──────┘
                                    └──sync──▶ database ──▶ wake the scheduler

Two sides that share nothing but messages. *Database side*: ``service`` (what happens when), ``agenda`` (which
file is read next: pure), ``discovery`` and ``ignore`` (which files there are), ``watch`` (when to look),
``importers`` (the process that imports), ``sync`` (one file's DAGs into the database). *User side*:
``importer``, a warm process that forks a guarded child for each file.

What fails stays with its file. A file that raises, hangs, crashes, or takes all memory becomes an import
error; the last good versions of its DAGs stay. An importer that dies is started again and its files are read
once more. Where the database does not answer, results wait and are written later. A change that no event told
is found by the scan, a row that somebody deleted by comparing hashes.
"""
