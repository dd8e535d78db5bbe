"""The metadata database: the only package that speaks SQL and the only importer of SQLAlchemy.

``database.Database`` gives transactions (``read()``, ``write()``); ``queries`` reads; ``transitions`` are the
only writers of ``state``; ``leases`` says which scheduler owns which DAG; ``tables`` are the tables, with the
names and columns that Airflow users know; ``dialects`` names what differs between database servers.

Frozen records (``records``) leave this package, never live rows. Statements are Core expressions, compiled
once for each dialect and then sent as text through the driver (``statements``).

It fails with the typed errors of ``domain.errors``: DatabaseUnavailable, DatabaseBusy, DatabaseReadOnly,
DiskFull, SchemaOutdated. After such an error the transaction is rolled back; nothing of it is kept.
"""
