"""One file's DAGs into the database, in the caller's write transaction.

A DAG gets a new version only when its spec changed; a file that cannot be read leaves the last good versions
live and puts an import error beside them; a DAG that left its file becomes stale and keeps its history.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.auth import roles
from tradewind.dag_processor.bundles.local import LocalDagBundle
from tradewind.dag_processor.discovery import ARCHIVES
from tradewind.domain import codec, timetables
from tradewind.domain.errors import AirflowDagDuplicatedIdException, DagDefinitionError, TradewindError
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.messages.parsing import FileError, ParsedFile
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec import timetable as kinds
from tradewind.store import records
from tradewind.store.database import Tx
from tradewind.store.queries import dag_versions, dag_warnings, dags, file_warnings, import_errors, scheduling
from tradewind.store.queries import roles as role_queries
from tradewind.store.transitions import asset_mentions, watchers

_LARGEST_SOURCE: Final = 5_000_000


class Synced(msgspec.Struct, kw_only=True):
    """What one file did to the database."""

    path: str
    live: dict[str, str] = {}
    """The DAGs that the file defines now, to the hash of their newest version."""
    stored: list[str] = []
    """Of these, the ones that are new or have a new version."""
    gone: list[str] = []
    """DAGs that the file no longer defines."""
    touched: list[str] = []
    """DAGs whose row changed: what the scheduler is told."""
    contested: list[str] = []
    """DAGs that another file defines already."""
    errors: tuple[FileError, ...] = ()


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Around a file: its bundle, which DAGs other files define, whether new DAGs start paused, the time."""

    bundle: LocalDagBundle
    owners: Mapping[str, str]
    paused: bool
    now: datetime
    anew: bool = False
    """Write the DAGs' rows though they say the same: somebody waits to see that the file was read."""


class _Good(msgspec.Struct, kw_only=True):
    """A DAG that can be stored."""

    spec: DagSpec
    data: bytes
    digest: str
    granted: dict[str, list[roles.Pair]]
    """What the file lets roles do with the DAG."""


def store_file(tx: Tx, parsed: ParsedFile, where: Where) -> Synced:
    """Write what reading the file gave."""
    synced = Synced(path=parsed.path)
    errors = list(parsed.errors)
    good = [found for spec in parsed.dags if (found := _check(tx, spec, parsed.path, where, errors, synced))]
    source = read_source(parsed.path)
    for found in good:
        _store_dag(tx, found, parsed, where, source=source, synced=synced)
    if not any(error.dag_id is None for error in errors):
        keep = {*synced.live, *(error.dag_id for error in errors if error.dag_id)} - set(synced.contested)
        synced.gone = dags.mark_stale(tx, keep=sorted(keep), fileloc=parsed.path)
        synced.touched.extend(synced.gone)
    _store_errors(tx, parsed.path, errors, where, synced)
    told = "\n".join(parsed.warnings)
    dag_warnings.replace(tx, parsed.path, dict.fromkeys(synced.live, told) if told else {}, where.now)
    live = [found.spec for found in good if found.spec.dag_id in synced.live]
    dag_warnings.look_at_pools(tx, parsed.path, live, where.now)
    homeless = "" if synced.live else told
    file_warnings.replace(tx, parsed.path, homeless, bundle_name=where.bundle.name, now=where.now)
    synced.errors = tuple(errors)
    return synced


def drop_file(tx: Tx, path: str, bundle_name: str) -> list[str]:
    """The file is gone: its DAGs become stale, what was wrong is forgotten. The ids of those DAGs."""
    import_errors.clear(tx, path, bundle_name=bundle_name)
    file_warnings.drop(tx, path, bundle_name=bundle_name)
    return dags.mark_stale(tx, keep=(), fileloc=path)


def broken_files(tx: Tx, besides: set[str]) -> dict[str, str]:
    """Files with an import error, or warnings and no DAG, that are not there any more, and their bundles."""
    found = import_errors.broken_files(tx, besides=besides)
    return dict([*found, *file_warnings.files(tx, besides=besides)])


def read_source(path: str) -> str:
    """The text of a file, or of the Python files at the top of an archive. What cannot be read is empty."""
    try:
        if path.endswith(ARCHIVES):
            with zipfile.ZipFile(path) as archive:
                names = sorted(
                    name for name in archive.namelist() if name.endswith(".py") and "/" not in name
                )
                texts = [f"# {name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in names]
            return "\n".join(texts)[:_LARGEST_SOURCE]
        return Path(path).read_bytes()[:_LARGEST_SOURCE].decode("utf-8", "replace").replace("\0", "")
    except (OSError, zipfile.BadZipFile):
        return ""


def error_text(error: FileError) -> str:
    """An import error as people read it: what is wrong first, then the traceback."""
    where = f" (line {error.line})" if error.line else ""
    return (
        f"{error.message}{where}\n\n{error.traceback}".rstrip()
        if error.traceback
        else f"{error.message}{where}"
    )


def _check(
    tx: Tx, spec: DagSpec, path: str, where: Where, errors: list[FileError], synced: Synced
) -> _Good | None:
    owner = where.owners.get(spec.dag_id)
    if owner is not None and owner != path:
        clash = AirflowDagDuplicatedIdException(spec.dag_id, path, owner)
        errors.append(FileError(filename=path, message=str(clash), dag_id=spec.dag_id))
        synced.contested.append(spec.dag_id)
        return None
    try:
        timetables.validate(spec.timetable)
        data = codec.encode(spec)
        granted = roles.from_dag(spec.dag_id, spec.access_control)
        if asset_mentions.concerns(spec) and (problem := asset_mentions.clash(tx, spec)):
            raise DagDefinitionError(problem)
    except TradewindError as error:
        message = f"DAG {spec.dag_id!r}: {error}"
        errors.append(FileError(filename=path, message=message, dag_id=spec.dag_id))
        return None
    return _Good(spec=spec, data=data, digest=codec.digest(data), granted=granted)


def _store_dag(
    tx: Tx, found: _Good, parsed: ParsedFile, where: Where, *, source: str, synced: Synced
) -> None:
    dag_id = found.spec.dag_id
    row = scheduling.dag_row(tx, dag_id)
    newest = dag_versions.newest_hash(tx, dag_id)
    if newest not in {None, found.digest}:
        found = _without_drift(tx, found, where.now)
    same = newest == found.digest
    synced.live[dag_id] = found.digest
    if where.anew or not (same and row is not None and _is_current(row, parsed.path, where)):
        info = (
            records.next_run(row)
            if same and row is not None and not row.is_stale
            else _next_run(tx, found.spec, where.now)
        )
        dags.upsert(tx, [_row(found.spec, parsed, where, info)])
        synced.touched.append(dag_id)
    if dag_versions.store(
        tx, dag_id, found.data, found.digest, source=source, fileloc=parsed.path,
        bundle_name=where.bundle.name, bundle_version=where.bundle.version, now=where.now,
    ):  # fmt: skip
        synced.stored.append(dag_id)
    if not same or found.granted:
        role_queries.set_of_dag(tx, dag_id, found.granted)
    if not same or asset_mentions.concerns(found.spec):
        asset_mentions.declare(tx, found.spec, where.now)
        watchers.declare(tx, found.spec, where.now)


def _is_current(row: Any, path: str, where: Where) -> bool:
    flags = row.is_stale or row.has_import_errors
    return (
        not flags
        and row.fileloc == path
        and row.bundle_name == where.bundle.name
        and row.version_hash is not None
    )


def _without_drift(tx: Tx, found: _Good, now: datetime) -> _Good:
    """The stored version, where the file's new one differs only because it looks at the clock."""
    newest = dag_versions.newest(tx, found.spec.dag_id)
    if newest is None:
        return found
    old = dag_versions.spec_bytes(tx, found.spec.dag_id, newest.version_hash)
    passed = (now - newest.created_at).total_seconds()
    if old is None or not codec.same_but_for_the_clock(old, found.data, passed=passed):
        return found
    return msgspec.structs.replace(found, spec=codec.decode(old), data=old, digest=newest.version_hash)


def _next_run(tx: Tx, spec: DagSpec, now: datetime) -> RunInfo | None:
    newest = scheduling.newest_scheduled(tx, spec.dag_id)
    last = None
    if newest is not None:
        start = newest.data_interval_start or newest.logical_date or newest.run_after
        last = DataInterval(start, newest.data_interval_end or start)
    return timetables.next_run(spec.timetable, last=last, restriction=timetables.restriction(spec), now=now)


def _row(spec: DagSpec, parsed: ParsedFile, where: Where, info: RunInfo | None) -> dags.DagRow:
    paused = where.paused if spec.is_paused_upon_creation is None else spec.is_paused_upon_creation
    allowed = None if spec.allowed_run_types is None else json.dumps(spec.allowed_run_types)
    return dags.DagRow(
        dag_id=spec.dag_id,
        display_name=spec.display_name or spec.dag_id,
        fileloc=parsed.path,
        relative_fileloc=where.bundle.relative(parsed.path),
        bundle_name=where.bundle.name,
        bundle_version=where.bundle.version,
        owners=", ".join(spec.owners),
        description=spec.description,
        timetable_type=type(spec.timetable).__name__,
        timetable_summary=timetables.summary(spec.timetable),
        timetable_description=timetables.describe(spec.timetable)[:1000],
        asset_expression=_condition(spec.timetable),
        max_active_tasks=spec.max_active_tasks,
        max_active_runs=spec.max_active_runs,
        max_consecutive_failed_dag_runs=spec.max_consecutive_failed_dag_runs,
        has_task_concurrency_limits=any(_is_limited(task) for task in spec.tasks),
        fail_fast=spec.fail_fast,
        allowed_run_types=allowed,
        paused=paused,
        tags=tuple(tag[:100] for tag in spec.tags),
        owner_links=spec.owner_links,
        next_run=info,
        parsed_at=where.now,
        parse_seconds=parsed.seconds,
    )


def _is_limited(task: Any) -> bool:
    return task.max_active_tis_per_dag is not None or task.max_active_tis_per_dagrun is not None


def _condition(timetable: kinds.TimetableSpec) -> str | None:
    condition = asset_mentions.condition_of(timetable)
    return None if condition is None else msgspec.json.encode(condition, order="sorted").decode()


def _store_errors(tx: Tx, path: str, errors: Sequence[FileError], where: Where, synced: Synced) -> None:
    if not errors:
        import_errors.clear(tx, path, bundle_name=where.bundle.name)
        return
    text = "\n\n".join(error_text(error) for error in errors)
    import_errors.put(tx, path, bundle_name=where.bundle.name, stacktrace=text, now=where.now)
    # A DAG id that another file has says nothing against the DAGs of this one.
    harmful = [error for error in errors if error.dag_id is None or error.dag_id not in synced.contested]
    if harmful:
        dags.set_import_errors(tx, path, True)
        synced.touched.extend(synced.live)
