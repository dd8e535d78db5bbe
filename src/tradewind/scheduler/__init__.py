"""Decides and hands out: the one process that moves runs forward.

    inbox ──▶ gather ──▶ decide ──▶ commit ──▶ act ──▶ worker hosts
      ▲                    │                     │
      └── hosts, wake-ups, timers, duties ◀──────┘

``turn`` is one pass of that picture and knows no socket; ``service`` says what wakes it. Everything kept in
memory (``active_runs``, ``capacity``) is a cache of the database: when a transaction fails, or somebody else
changed a run, what was cached of it is thrown away and read again. Nothing is sent before the transaction
that records it has committed; every message may arrive twice.
"""
