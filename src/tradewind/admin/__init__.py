"""What people's own scripts do with ``airflow.settings.Session`` and the model classes, on the machine
itself.

Only for scripts (``python make_user.py``, an interactive Python): DAG files and tasks have no way to the
metadata database, and what they get by those names says so. A script adds objects to a session; nothing is
written until it commits, and then all of it in one transaction, by the same checks as the commands have.
"""
