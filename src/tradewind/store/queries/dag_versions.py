"""DAG versions: specs as they were, and their source."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, const, insert_all
from tradewind.store.tables import dags

_version, _spec, _code, dag = dags.dag_version, dags.serialized_dag, dags.dag_code, dags.dag
_NAMESPACE = uuid.UUID("6f1c0f0a-9e0a-5d53-8a33-6a1f3f0a7e11")


class VersionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``dag_version``, with the hash of its spec."""

    id: str
    dag_id: str
    version_number: int
    version_hash: str
    bundle_name: str | None
    bundle_version: str | None
    created_at: datetime


_reader = Reader(
    VersionRecord,
    {
        "id": _version.c.id, "dag_id": _version.c.dag_id, "version_number": _version.c.version_number,
        "version_hash": _spec.c.dag_hash, "bundle_name": _version.c.bundle_name,
        "bundle_version": _version.c.bundle_version, "created_at": _version.c.created_at,
    },
)  # fmt: skip
_SELECT = sa.select(*_reader.columns).join_from(_version, _spec, _spec.c.dag_version_id == _version.c.id)
_by_dag = _version.c.dag_id == sa.bindparam("dag_id")
_NEWEST = Statement(_SELECT.where(_by_dag).order_by(_version.c.version_number.desc()).limit(1))
_INSERT_VERSION = Statement(
    insert_all(
        _version,
        "id",
        "version_number",
        "dag_id",
        "bundle_name",
        "bundle_version",
        "created_at",
        "last_updated",
    )
)
_INSERT_SPEC = Statement(
    insert_all(_spec, "id", "dag_id", "data", "created_at", "last_updated", "dag_hash", "dag_version_id")
)
_INSERT_CODE = Statement(
    insert_all(
        _code,
        "id",
        "dag_id",
        "fileloc",
        "created_at",
        "last_updated",
        "source_code",
        "source_code_hash",
        "dag_version_id",
    )
)
_SET_HASH = Statement(
    sa.update(dag)
    .where(
        dag.c.dag_id == sa.bindparam("of_dag"),
        sa.or_(dag.c.version_hash.is_(None), dag.c.version_hash != sa.bindparam("hash")),
    )
    .values(version_hash=sa.bindparam("hash"), row_version=dag.c.row_version + const(1))
)
_BY_HASH = Statement(
    sa.select(_spec.c.data)
    .where(_spec.c.dag_id == sa.bindparam("dag_id"), _spec.c.dag_hash == sa.bindparam("hash"))
    .order_by(_spec.c.created_at.desc())
    .limit(1)
)
_NEWEST_SPEC = Statement(
    sa.select(_spec.c.data)
    .join_from(_spec, _version, _spec.c.dag_version_id == _version.c.id)
    .where(_by_dag)
    .order_by(_version.c.version_number.desc())
    .limit(1)
)


def store(
    tx: Tx,
    dag_id: str,
    spec: bytes,
    version_hash: str,
    *,
    source: str,
    fileloc: str,
    bundle_name: str,
    bundle_version: str | None = None,
    now: datetime,
) -> bool:
    """Store a spec as the newest version of its DAG, whose row must be there; False where it is that already.

    The source of an unchanged version is brought up to date (a comment may have changed).
    """
    before = newest(tx, dag_id)
    if before is not None and before.version_hash == version_hash:
        _refresh_source(tx, before.id, source, fileloc, now)
        tx.run(_SET_HASH, of_dag=dag_id, hash=version_hash)
        return False
    number = before.version_number + 1 if before else 1
    version_id = str(uuid.uuid5(_NAMESPACE, f"{dag_id}\n{number}\n{version_hash}"))
    times: dict[str, Any] = {"created_at": now, "last_updated": now, "dag_id": dag_id}
    tx.run(
        _INSERT_VERSION,
        id=version_id, version_number=number, bundle_name=bundle_name, bundle_version=bundle_version, **times,
    )  # fmt: skip
    tx.run(
        _INSERT_SPEC,
        id=version_id,
        data=spec.decode(),
        dag_hash=version_hash,
        dag_version_id=version_id,
        **times,
    )
    tx.run(
        _INSERT_CODE,
        id=version_id, fileloc=fileloc, source_code=source, source_code_hash=_digest(source),
        dag_version_id=version_id, **times,
    )  # fmt: skip
    tx.run(_SET_HASH, of_dag=dag_id, hash=version_hash)
    return True


_REFRESH = Statement(
    sa.update(_code)
    .where(
        _code.c.dag_version_id == sa.bindparam("version_id", type_=_code.c.dag_version_id.type),
        _code.c.source_code_hash != sa.bindparam("digest"),
    )
    .values(
        source_code=sa.bindparam("source"), source_code_hash=sa.bindparam("digest"),
        fileloc=sa.bindparam("file"),
        last_updated=sa.bindparam("at", type_=_code.c.last_updated.type),
    )
)  # fmt: skip


def _refresh_source(tx: Tx, version_id: str, source: str, fileloc: str, now: datetime) -> None:
    tx.run(_REFRESH, version_id=version_id, digest=_digest(source), source=source, file=fileloc, at=now)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def spec_bytes(tx: Tx, dag_id: str, version_hash: str | None = None) -> bytes | None:
    """The encoded spec of that hash, or (None) of the newest version; None where there is none."""
    if version_hash is None:
        data = tx.value(_NEWEST_SPEC, dag_id=dag_id)
    else:
        data = tx.value(_BY_HASH, dag_id=dag_id, hash=version_hash)
    return None if data is None else str(data).encode()


def newest(tx: Tx, dag_id: str) -> VersionRecord | None:
    """The newest version of a DAG, or None."""
    return _reader.first(tx, _NEWEST, dag_id=dag_id)


def newest_hash(tx: Tx, dag_id: str) -> str | None:
    """The hash of the newest stored spec, or None."""
    found = newest(tx, dag_id)
    return found.version_hash if found else None
