"""Datagrams that say "look there now". A lost one costs at most a second."""

from __future__ import annotations

import msgspec


class Wake(msgspec.Struct, frozen=True, kw_only=True):
    """A hint for the scheduler; ``parse``, for the DAG processor: somebody asked to have a file read again.

    ``run``: that run was made or changed. ``dag``: that DAG's row, pause flag or version changed.
    ``pools``: pools changed. ``assets``: an asset was updated from outside. ``trigger``: a deferred task's
    trigger fired. ``callbacks``: one was asked for from outside. ``all``: look at everything.
    """

    kind: str
    dag_id: str = ""
    run_id: str = ""
