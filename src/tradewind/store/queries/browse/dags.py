"""DAGs, their tags, versions and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Column, Listing, Page, Where
from tradewind.store.queries.reading import within
from tradewind.store.statements import Statement, one_of
from tradewind.store.tables.dags import (
    dag,
    dag_code,
    dag_favorite,
    dag_tag,
    dag_version,
    dag_warning,
    serialized_dag,
)
from tradewind.store.tables.runs import ACTIVE, dag_run


class DagRow(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG, for showing. ``allowed_run_types`` and ``asset_expression`` are JSON texts."""

    dag_id: str
    dag_display_name: str
    is_paused: bool
    is_stale: bool
    last_parsed_time: datetime | None
    last_parse_duration: float | None
    last_expired: datetime | None
    bundle_name: str
    bundle_version: str | None
    relative_fileloc: str
    fileloc: str
    description: str | None
    timetable_type: str | None
    timetable_summary: str | None
    timetable_description: str | None
    asset_expression: str | None
    max_active_tasks: int
    max_active_runs: int
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    allowed_run_types: str | None
    next_dagrun: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_create_after: datetime | None
    owners: str
    version_hash: str | None


class WarningRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is suspicious about a DAG."""

    dag_id: str
    warning_type: str
    message: str
    timestamp: datetime
    dag_display_name: str | None


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored version of a DAG, for showing."""

    id: str
    version_number: int
    dag_id: str
    bundle_name: str | None
    bundle_version: str | None
    created_at: datetime
    dag_display_name: str
    dag_hash: str | None


def _newest_run(column: Column) -> Column:
    """That column of a DAG's newest run, by ``run_after``."""
    newest = sa.select(column).where(dag_run.c.dag_id == dag.c.dag_id).order_by(dag_run.c.run_after.desc())
    return newest.limit(1).correlate(dag).scalar_subquery()


dags = Listing(
    DagRow,
    {name: dag.c[name] for name in DagRow.__struct_fields__},
    dag,
    unique=dag.c.dag_id,
    dag=dag.c.dag_id,
    filters={
        "next_dagrun_run_after": dag.c.next_dagrun_create_after,
        "last_run_state": _newest_run(dag_run.c.state),
        "last_run_start_date": _newest_run(dag_run.c.start_date),
        "last_run_run_after": _newest_run(dag_run.c.run_after),
    },
)

dag_warnings = Listing(
    WarningRow,
    {
        **{name: dag_warning.c[name] for name in WarningRow.__struct_fields__ if name in dag_warning.c},
        "dag_display_name": dag.c.dag_display_name,
    },
    dag_warning.join(dag, dag.c.dag_id == dag_warning.c.dag_id),
    unique=dag_warning.c.warning_type,
    dag=dag_warning.c.dag_id,
)
versions = Listing(
    VersionRow,
    {
        **{name: dag_version.c[name] for name in VersionRow.__struct_fields__ if name in dag_version.c},
        "dag_display_name": dag.c.dag_display_name,
        "dag_hash": serialized_dag.c.dag_hash,
    },
    dag_version.join(dag, dag.c.dag_id == dag_version.c.dag_id).outerjoin(
        serialized_dag, serialized_dag.c.dag_version_id == dag_version.c.id
    ),
    unique=dag_version.c.id,
    dag=dag_version.c.dag_id,
)


def with_tags(names: Sequence[str], *, every: bool) -> Column:
    """The condition that a DAG has one, or every one, of these tags."""
    tagged = [
        sa.exists().where(dag_tag.c.dag_id == dag.c.dag_id, dag_tag.c.name == name).correlate(dag)
        for name in names
    ]
    return sa.and_(*tagged) if every else sa.or_(*tagged)


def named(text: str) -> Column:
    """The condition that a DAG's id or the name that is shown has that part."""
    both = (dags.condition(Where(name, "pattern", text)) for name in ("dag_id", "dag_display_name"))
    return sa.or_(*both)


def owned_by(owners: Sequence[str]) -> Column:
    """The condition that one of these is among a DAG's owners."""
    return sa.or_(
        *(("," + sa.func.replace(dag.c.owners, " ", "") + ",").like(f"%,{name},%") for name in owners)
    )


def scheduled_by_assets(yes: bool) -> Column:
    """The condition that assets trigger the DAG (or do not)."""
    return dag.c.asset_expression.is_not(None) if yes else dag.c.asset_expression.is_(None)


def favourite_of(user: str) -> Column:
    """The condition that the DAG is a favourite of that user."""
    marked = sa.exists().where(dag_favorite.c.dag_id == dag.c.dag_id, dag_favorite.c.user_id == user)
    return marked.correlate(dag)


def with_runs(where: Sequence[Column]) -> Column:
    """The condition that a DAG has a run for which all of ``where`` (from ``run_condition``) hold."""
    return sa.exists().where(dag_run.c.dag_id == dag.c.dag_id, *where).correlate(dag)


def run_condition(column: str, op: str, value: Any) -> Column:
    """A condition on a run for ``with_runs``."""
    if op == "in":
        return dag_run.c[column].in_(value)
    compare = {"gte": "__ge__", "gt": "__gt__", "lte": "__le__", "lt": "__lt__"}[op]
    condition: Column = getattr(dag_run.c[column], compare)(value)
    return condition


def tags_of(tx: Tx, dag_ids: Sequence[str]) -> dict[str, list[str]]:
    """DAG id to its tags, sorted; DAGs without tags are missing."""
    found: dict[str, list[str]] = {}
    statement = sa.select(dag_tag.c.dag_id, dag_tag.c.name).where(dag_tag.c.dag_id.in_(dag_ids))
    for dag_id, name in tx.rows(statement.order_by(dag_tag.c.dag_id, dag_tag.c.name)):
        found.setdefault(dag_id, []).append(name)
    return found


def tag_names(
    tx: Tx, *, pattern: str | None, prefix: str | None, page: Page, access: Access
) -> tuple[list[str], int]:
    """A page of all tags in use, and how many there are."""
    statement = sa.select(dag_tag.c.name).distinct()
    if not access.unconfined:
        statement = statement.where(within(dag_tag.c.dag_id, access))
    for op, text in (("pattern", pattern), ("prefix", prefix)):
        if text:
            statement = statement.where(_tags.condition(Where("name", op, text)))
    total = tx.value(sa.select(sa.func.count()).select_from(statement.subquery()))
    down = bool(page.order and page.order[0][1])
    ordered = statement.order_by(dag_tag.c.name.desc() if down else dag_tag.c.name).limit(page.limit)
    return [name for (name,) in tx.rows(ordered.offset(page.offset))], int(total)


class _Tag(msgspec.Struct, frozen=True):
    name: str


_tags = Listing(_Tag, {"name": dag_tag.c.name}, dag_tag, unique=dag_tag.c.name, dag=dag_tag.c.dag_id)


_ACTIVE = Statement(
    sa.select(sa.func.count()).where(
        dag_run.c.dag_id == sa.bindparam("dag_id"), one_of(dag_run.c.state, ACTIVE)
    )
)


def active_runs(tx: Tx, dag_id: str) -> int:
    """How many runs of the DAG are queued or running."""
    return int(tx.value(_ACTIVE, dag_id=dag_id))


def run_counts(tx: Tx, dag_ids: Sequence[str], *, access: Access) -> dict[str, tuple[str, dict[str, int]]]:
    """DAG id to (display name, run state to number); of all DAGs that are not stale where none is named."""
    statement = (
        sa.select(dag.c.dag_id, dag.c.dag_display_name, dag_run.c.state, sa.func.count(dag_run.c.id))
        .select_from(dag.outerjoin(dag_run, dag_run.c.dag_id == dag.c.dag_id))
        .group_by(dag.c.dag_id, dag.c.dag_display_name, dag_run.c.state)
        .order_by(dag.c.dag_id)
    )
    statement = statement.where(dag.c.dag_id.in_(dag_ids) if dag_ids else ~dag.c.is_stale)
    if not access.unconfined:
        statement = statement.where(within(dag.c.dag_id, access))
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for dag_id, name, state, number in tx.rows(statement):
        counts = found.setdefault(dag_id, (name, {}))[1]
        if state is not None:
            counts[state] = number
    return found


_NEWEST_VERSION = Statement(
    versions.select()
    .where(dag_version.c.dag_id == sa.bindparam("dag_id"), serialized_dag.c.dag_hash == sa.bindparam("hash"))
    .order_by(dag_version.c.version_number.desc())
    .limit(1)
)


def version_of_hash(tx: Tx, dag_id: str, version_hash: str) -> VersionRow | None:
    """The newest version of the DAG whose spec has that hash."""
    row = tx.first(_NEWEST_VERSION, dag_id=dag_id, hash=version_hash)
    return None if row is None else versions.make(row)


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a DAG's file in one version of the DAG."""

    text: str | None
    version_number: int
    dag_display_name: str
    shared: bool
    """The file defines, or did, a DAG beyond the reader's access: then there is no text."""


def defines_others(tx: Tx, bundle_name: str, relative_fileloc: str, *, access: Access) -> bool:
    """Whether the file defines DAGs that ``access`` does not reach."""
    here = (dag.c.bundle_name == bundle_name, dag.c.relative_fileloc == relative_fileloc, ~dag.c.is_stale)
    return tx.first(sa.select(dag.c.dag_id).where(*here, ~within(dag.c.dag_id, access)).limit(1)) is not None


_other_code = dag_code.alias("other_code")


def source(tx: Tx, dag_id: str, version_number: int | None, *, access: Access) -> SourceRow | None:
    """The text of the file of that version, or of the newest. A text shows every DAG of its file, so
    it is told to those only who may read them all.
    """
    beyond = (
        sa.exists()
        .where(_other_code.c.fileloc == dag_code.c.fileloc, ~within(_other_code.c.dag_id, access))
        .correlate(dag_code)
    )
    statement = (
        sa.select(
            dag_code.c.source_code,
            dag_version.c.version_number,
            dag.c.dag_display_name,
            sa.false() if access.unconfined else beyond,
        )
        .select_from(
            dag_version.join(dag, dag.c.dag_id == dag_version.c.dag_id).outerjoin(
                dag_code, dag_code.c.dag_version_id == dag_version.c.id
            )
        )
        .where(dag_version.c.dag_id == dag_id, within(dag_version.c.dag_id, access))
        .order_by(dag_version.c.version_number.desc())
        .limit(1)
    )
    if version_number is not None:
        statement = statement.where(dag_version.c.version_number == version_number)
    row = tx.first(statement)
    if row is None:
        return None
    shared = bool(row[3])
    return SourceRow(
        text=None if shared else row[0], version_number=row[1], dag_display_name=row[2], shared=shared
    )
