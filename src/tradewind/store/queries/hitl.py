"""What task instances ask people, as rows say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import hitl
from tradewind.engine.facts import InstanceFacts
from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.hitl import SHARED
from tradewind.store.tables.hitl import hitl_detail as detail
from tradewind.store.tables.hitl import hitl_detail_history as history
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.tables.task_instances import task_instance_history as before


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer. ``dispatch`` is None where no answer is taken any more."""

    attempt_id: str
    dispatch: int | None
    created_at: datetime
    request: hitl.Request
    response: hitl.Response | None


_COLUMNS = (
    "ti_id", "dispatch", "created_at", "subject", "options", "body", "defaults", "multiple", "params",
    "assignees", "responded_by", "responded_at", "chosen_options", "params_input",
)  # fmt: skip
_columns = [detail.c[name] for name in _COLUMNS]
_of_attempt = detail.c.ti_id == sa.bindparam("attempt_id", type_=detail.c.ti_id.type)
_ONE = Statement(sa.select(*_columns).where(_of_attempt))
_EARLIER = Statement(
    sa.select(history.c.ti_history_id, *(history.c[name] for name in SHARED)).where(
        history.c.ti_history_id == sa.bindparam("attempt_id", type_=history.c.ti_history_id.type)
    )
)
_OF_RUN = Statement(
    sa.select(*_columns)
    .join_from(ti, detail, detail.c.ti_id == ti.c.id)
    .where(
        ti.c.dag_id == sa.bindparam("dag_id"),
        ti.c.run_id == sa.bindparam("run_id"),
        ti.c.dispatch == detail.c.dispatch,
    )
)


def get(tx: Tx, attempt_id: str) -> Asked | None:
    """What that attempt asks, or None."""
    row = tx.first(_ONE, attempt_id=attempt_id)
    return None if row is None else read(dict(zip(_COLUMNS, row, strict=True)))


def earlier(tx: Tx, attempt_id: str) -> Asked | None:
    """What that attempt asked, if it is over; or None."""
    row = tx.first(_EARLIER, attempt_id=attempt_id)
    return None if row is None else read({**dict(zip(SHARED, row[1:], strict=True)), "ti_id": row[0]})


_GIVEN_BEFORE = Statement(
    sa.select(history.c.ti_history_id, *(history.c[name] for name in SHARED))
    .select_from(ti)
    .join(
        before,
        sa.and_(
            *(before.c[name] == ti.c[name] for name in ("dag_id", "run_id", "task_id", "map_index")),
            before.c.try_number < ti.c.try_number,
            # Each try since took the place of a lost one. A retry raises the one, a clear lowers the other.
            ti.c.try_number - before.c.try_number == ti.c.lost - before.c.lost,
        ),
    )
    .join(history, history.c.ti_history_id == before.c.task_instance_id)
    .where(
        ti.c.id == sa.bindparam("attempt_id", type_=ti.c.id.type),
        ~sa.exists().where(detail.c.ti_id == ti.c.id),
        history.c.responded_at.is_not(None),
    )
    .order_by(before.c.try_number.desc())
    .limit(1)
)


def given_before(tx: Tx, attempt_id: str, request: hitl.Request) -> hitl.Response | None:
    """What was answered to the same request of an attempt that was lost since, and which this one stands in
    for; None for an attempt that has asked something already.
    """
    row = tx.first(_GIVEN_BEFORE, attempt_id=attempt_id)
    found = None if row is None else read(dict(zip(("ti_id", *SHARED), row, strict=True)))
    return found.response if found is not None and found.request == request else None


def with_inputs(
    tx: Tx, dag_id: str, run_id: str, instances: tuple[InstanceFacts, ...]
) -> tuple[InstanceFacts, ...]:
    """These instances of a run; those that ask somebody with the answer and with what is taken instead."""
    if not any(one.state in hitl.MAY_ASK for one in instances):
        return instances
    rows = (dict(zip(_COLUMNS, row, strict=True)) for row in tx.rows(_OF_RUN, dag_id=dag_id, run_id=run_id))
    found = {asked.attempt_id: asked for asked in map(read, rows)}
    return tuple(_with_input(one, found.get(one.attempt_id)) for one in instances)


def _with_input(facts: InstanceFacts, asked: Asked | None) -> InstanceFacts:
    if asked is None or facts.state not in hitl.MAY_ASK:
        return facts
    told = None if asked.response is None else hitl.event(asked.response)
    answer = None if told is None else msgspec.json.encode(told).decode()
    return msgspec.structs.replace(facts, answer=answer, fallback=hitl.fallback(asked.request))


def read(row: dict[str, Any]) -> Asked:
    """A row of either table, by the names of its columns."""
    return Asked(
        attempt_id=row["ti_id"],
        dispatch=row.get("dispatch"),
        created_at=row["created_at"],
        request=_request(row),
        response=_response(row),
    )


def _request(row: dict[str, Any]) -> hitl.Request:
    return hitl.Request(
        subject=row["subject"],
        options=_decode(row["options"], tuple[str, ...]),
        body=row["body"],
        defaults=_decode(row["defaults"], tuple[str, ...]),
        multiple=row["multiple"],
        params=_decode(row["params"], dict[str, dict[str, Any]]),
        assigned_users=_decode(row["assignees"], tuple[hitl.Person, ...]) or (),
    )


def _response(row: dict[str, Any]) -> hitl.Response | None:
    if row["responded_at"] is None:
        return None
    return hitl.Response(
        chosen_options=_decode(row["chosen_options"], tuple[str, ...]) or (),
        params_input=_decode(row["params_input"], dict[str, Any]) or {},
        by=_decode(row["responded_by"], hitl.Person),
        at=row["responded_at"],
    )


def _decode(text: str | None, kind: Any) -> Any:
    return None if text is None else msgspec.json.decode(text, type=kind)
