"""The command line, and the one place where everything is put together.

``main`` finds the command in ``tree`` (a table that loads nothing), lets ``legacy`` turn Airflow 1.x and 2.x
spellings into today's, and imports only the file of ``commands`` that it needs. ``bootstrap.App`` is the
composition root: it alone knows concrete classes. Exit codes: 0 done, 1 it failed (the message names what and
the way out), 2 the command line was wrong (the message names the nearest right one), 130 interrupted.
"""
