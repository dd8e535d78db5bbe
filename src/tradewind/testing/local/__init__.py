"""Runs one DAG to its end here and now: no database, no services. Behind ``dag.test()`` and ``run FILE``.

    driver ──assignment──▶ performer (in this process, or one forked process an attempt)
       ▲ ◀──Finished────────┘   │ questions
       │                        ▼
    engine.RunMachine         desk (XComs in memory; variables and connections from environment, files, home)

The rules are the engine's, the tasks are performed by the worker's runner: what passes here passes in the
scheduler. What needs other runs (``depends_on_past``, sensors on other DAGs) sees none.
"""
