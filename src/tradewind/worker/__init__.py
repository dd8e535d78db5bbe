"""Runs user code: one process per attempt, forked from a process that has imported the DAG file.

    scheduler ◀─lifecycle.sock─▶ host ──▶ nursery ──fork──▶ parent (one a DAG file) ──fork──▶ spare ──▶ task
                                  ▲                                                            │
                                  └──────────────── one socket pair a process ─────────────────┘

``host`` owns slots, heartbeats, the ledger and the stopping of processes; it never imports user code. The
``nursery`` is a small process with ``tradewind.authoring`` loaded, from which a ``parent`` is forked for each
DAG file; the parent imports the file once and forks spares ahead, each of which waits for one assignment.
The ``runner`` inside a task process builds the context, renders, calls ``execute`` and the callbacks.

What fails, and what happens then: a task process that dies is explained in its log and reported as failed; a
parent that dies leaves its tasks alone; when the host dies, parents and tasks see their sockets close and
end, and the next host reads the ledger, kills what is left, and reports those attempts as lost. A result
is in the ledger before it is sent and stays there until the scheduler acknowledges it.
"""
