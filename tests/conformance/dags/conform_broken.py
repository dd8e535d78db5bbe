"""A DAG file that Airflow cannot read."""

raise RuntimeError("conform_broken is broken on purpose")
