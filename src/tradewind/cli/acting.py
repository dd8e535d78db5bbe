"""What commands that look at or change DAGs share: dates, JSON, the run that is meant, the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.cli import moments
from tradewind.cli.acting_light import hostname, user
from tradewind.cli.arguments import WrongUsage
from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.store.queries import audit, dag_versions
from tradewind.store.queries import dags as dag_queries
from tradewind.store.queries import runs as run_queries

if TYPE_CHECKING:
    from tradewind.cli.arguments import Args
    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import DagSpec
    from tradewind.store.database import Tx
    from tradewind.store.records import DagRecord, RunRecord


def note(tx: Tx, app: App, event: str, *, extra: Mapping[str, Any] | None = None, **about: Any) -> None:
    """Write into the audit log that a command did something, and on which machine. ``about``: dag_id, …"""
    where = hostname(app.config.core.hostname_callable)
    text = json.dumps({**(extra or {}), "host": where}, default=str)
    audit.add(tx, f"cli_{event}", at=app.clock.now(), owner=user(), extra=text, **about)


def date(text: str, app: App, *, name: str = "date") -> datetime:
    """A date that somebody typed, in UTC. Raises WrongUsage."""
    return moments.date(text, app.config, name=name)


def dates(args: Args, app: App) -> tuple[datetime | None, datetime | None]:
    """``--start-date`` and ``--end-date``, where they were given. Raises WrongUsage."""
    since = date(args.start_date, app, name="--start-date") if args.start_date else None
    return since, date(args.end_date, app, name="--end-date") if args.end_date else None


json_object = moments.json_object
__all__ = ["dag", "date", "dates", "ids_of", "json_object", "note", "run", "spec", "try_run", "user"]


def dag(tx: Tx, dag_id: str) -> DagRecord:
    """The DAG of that id. Raises DagNotFound."""
    found = dag_queries.get(tx, dag_id, access=SYSTEM)
    if found is None:
        raise errors.DagNotFound(dag_id, dag_queries.ids(tx, access=SYSTEM))
    return found


def spec(tx: Tx, dag_id: str, version_hash: str | None = None) -> DagSpec:
    """The newest spec of a DAG, or that of one version. Raises DagNotFound."""
    from tradewind.domain import codec

    data = dag_versions.spec_bytes(tx, dag_id, version_hash) or dag_versions.spec_bytes(tx, dag_id)
    if data is None:
        raise errors.DagNotFound(dag_id, dag_queries.ids(tx, access=SYSTEM))
    return codec.decode(data)


def run(tx: Tx, app: App, dag_id: str, text: str) -> RunRecord:
    """The run that a run id or a logical date names. Raises DagNotFound, DagRunNotFound."""
    found = try_run(tx, app, dag_id, text)
    if found is None:
        dag(tx, dag_id)
        raise errors.DagRunNotFound(dag_id, text)
    return found


def try_run(tx: Tx, app: App, dag_id: str, text: str) -> RunRecord | None:
    """As ``run``; None where there is none."""
    found = run_queries.get(tx, dag_id, text, access=SYSTEM)
    at = moments.try_date(text, app.config) if found is None else None
    return run_queries.by_logical_date(tx, dag_id, at, access=SYSTEM) if at else found


def ids_of(tx: Tx, text: str, *, regex: bool) -> list[str]:
    """The DAG ids that are meant. Raises DagNotFound where there is none, WrongUsage for a bad pattern."""
    if not regex:
        return [dag(tx, text).dag_id]
    import re

    try:
        pattern = re.compile(text)
    except re.error as error:
        raise WrongUsage(f"dag_id must be a regular expression here ({error}), got {text!r}.") from None
    found = [dag_id for dag_id in dag_queries.ids(tx, access=SYSTEM) if pattern.search(dag_id)]
    if not found:
        raise errors.DagNotFound(text)
    return found
