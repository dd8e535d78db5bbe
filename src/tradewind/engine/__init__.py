"""Every decision about a run. Plain data in, decisions out.

No clock, no database, no network, no user code: the caller gives ``now`` and takes the decisions. A machine
holds one run; ``graph`` is a spec compiled to integers; ``limits`` decides across runs who may start;
``clearing`` says what a person's clear or mark does.

    caller                     RunMachine
      │  apply(event, now)  ──▶  reports: fence; state moves; downstream counters
      │  decide(now)        ──▶  readiness: who is ready, skipped, failed with its upstream, repeated
      │                          outcome: whether the run has ended
      │  ◀── Decisions           (the caller writes them in one transaction)
      │  queue(ready, now)  ──▶  a slot was found: the dispatch to hand out

Inside a machine a ``board`` holds the task instances, the ``gates`` with the counters that they wait behind,
and the ``timers``. ``Board.move`` is the one place where a state changes. A finished task touches the gates
of its downstream tasks and nothing else.

A machine whose transaction did not commit is thrown away and built again from the database: it is a cache.
An event of an older attempt or dispatch is refused (``apply`` answers False) and changes nothing; a move that
the table of states forbids raises IllegalMove, which is a bug of the caller or of the engine.
"""
