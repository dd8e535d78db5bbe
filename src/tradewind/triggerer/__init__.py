"""The triggerer: waits for what deferred tasks wait for, thousands of triggers on one event loop.

    scheduler ──WaitFor──▶ triggerer ──Begin──▶ runner: one asyncio loop, the users' code
              ◀──event────           ◀──event──

The triggerer itself (``service``) runs none of the users' code: it keeps the books and the connection to the
scheduler. Triggers run in a *runner*, a process of its own. Runner and triggerer share a page of memory
(``board``) on which stands which trigger's code runs just now and since when.

- A trigger that holds up the loop is named in its log, with the line at which it stands. If it goes on, it
  keeps that runner for itself and the others begin anew in another one (``fleet``).
- A runner that dies names on the board whose fault it was; that trigger is tried again alone.
- A triggerer that dies loses nothing: triggers are rows, the scheduler gives them to the next one.
- An event is told again until the scheduler has recorded it; one that came twice is refused there.
"""
