"""The only writers of ``state``.

``tasks.apply`` writes what ``engine`` decided for any number of runs with one statement a verb; ``runs``
makes, raises, moves and deletes runs; ``records`` writes what tasks leave behind (XComs, lengths, rendered
fields); ``backfills`` makes backfills.

Every statement names the rows it expects in its WHERE clause: the attempt id is the fence. Row counts are
checked. A row that did not match was deleted or changed by somebody's own SQL: its run is reported, the
caller rolls back, reloads that run and decides again.
"""
