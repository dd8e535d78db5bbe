"""What DAG files import: DAGs, tasks and everything that turns them into data, or runs them in a task
process.

Nothing here knows the database. A DAG file becomes a spec (``to_spec``); in a task process the same objects
render templates and execute, talking to the outside only through a ``link`` (see ``task_run``). Modules at
the top stay light, because every DAG file pays for them: jinja2, pendulum and drivers load where they are
used. What a file's author did wrong is raised as ``domain.errors.DagDefinitionError`` or ``BadRequest`` and
reported by ``loader`` with the line of the file; it never harms another file.
"""
