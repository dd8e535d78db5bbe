"""What task instances ask people, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries import hitl as queries
from tradewind.store.queries.browse.listing import Column, Listing, Page, Where
from tradewind.store.queries.hitl import Asked
from tradewind.store.tables.hitl import hitl_detail as detail
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.task_instances import task_instance as ti


class Person(FunctionElement[str]):
    """The id or name (second argument) of the person in a column of JSON text (first argument)."""

    type = sa.String()
    inherit_cache = True
    name = "person"


def _parts(element: Any, compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    column, key = element.clauses
    return compiler.process(column, **kw), str(key.name)


@compiles(Person, "sqlite")
def _sqlite_person(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"json_extract({column}, '$.{key}')"


@compiles(Person, "postgresql")
def _postgresql_person(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"(CAST({column} AS JSON) ->> '{key}')"


@compiles(Person, "mysql", "mariadb")
def _mysql_person(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = _parts(element, compiler, **kw)
    return f"JSON_UNQUOTE(JSON_EXTRACT({column}, '$.{key}'))"


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of the table, of which JSON is text."""

    ti_id: Any
    dispatch: Any
    created_at: Any
    subject: Any
    options: Any
    body: Any
    defaults: Any
    multiple: Any
    params: Any
    assignees: Any
    responded_by: Any
    responded_at: Any
    chosen_options: Any
    params_input: Any


_same_run = sa.and_(dag_run.c.dag_id == ti.c.dag_id, dag_run.c.run_id == ti.c.run_id)
details = Listing(
    _Row,
    {name: detail.c[name] for name in _Row.__struct_fields__},
    detail.join(ti, ti.c.id == detail.c.ti_id).join(dag_run, _same_run),
    unique=detail.c.ti_id,
    dag=ti.c.dag_id,
    filters={
        "dag_id": ti.c.dag_id,
        "run_id": ti.c.run_id,
        "task_id": ti.c.task_id,
        "map_index": ti.c.map_index,
        "state": ti.c.state,
        "operator": ti.c.operator,
        "task_display_name": sa.func.coalesce(ti.c.task_display_name, ti.c.task_id),
        "rendered_map_index": ti.c.rendered_map_index,
        "run_after": dag_run.c.run_after,
        "responded_by_user_id": Person(detail.c.responded_by, sa.literal_column("id")),
        "responded_by_user_name": Person(detail.c.responded_by, sa.literal_column("name")),
    },
)


def page(tx: Tx, where: Sequence[Where | Column], *, page: Page, access: Access) -> list[Asked]:
    """The questions of one page. Raises InvalidValue for a field or order that is not known."""
    rows = details.page(tx, where, page=page, access=access)
    return [queries.read(msgspec.structs.asdict(row)) for row in rows]


def answered(received: bool) -> Column:
    """The condition that there is an answer, or none."""
    return detail.c.responded_at.is_not(None) if received else detail.c.responded_at.is_(None)
