"""Statements, compiled once.

SQLAlchemy writes the SQL; after that a statement is a string, an order of parameters and a few conversions,
and goes straight to the driver. Executing through SQLAlchemy's own connection costs about ten times the
statement itself on SQLite, and the scheduler commits hundreds of times a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase

from tradewind.store.dialects.base import Convert, Dialect

Row = Mapping[str, Any]
Source = Any  # sa.Executable, or a function from Dialect to one
Binder = Callable[[Row], Any]
_WORD = re.compile(r"[a-z_]+")


class Compiled:
    """A statement for one dialect: its text, how to bind a row of parameters, how to read a result."""

    __slots__ = ("_decoders", "bind", "sql")

    def __init__(self, source: Any, dialect: Dialect, *, once: bool = False) -> None:
        compiled = source.compile(dialect=dialect.sql)
        assert isinstance(compiled, SQLCompiler)
        if once:
            self.sql, self.bind = _filled(compiled, dialect)
        else:
            self.sql, self.bind = compiled.string, _binder(compiled, dialect)
        self._decoders = _decoders(source, dialect)

    def read(self, rows: list[Any]) -> list[Any]:
        """The rows with times and booleans in Python's types."""
        if not self._decoders or not rows:
            return rows
        decoders = self._decoders
        result = []
        for row in rows:
            values = list(row)
            for index, decode in decoders:
                value = values[index]
                if value is not None:
                    values[index] = decode(value)
            result.append(values)
        return result


class Statement:
    """A named Core statement, or a function that makes one for a dialect. Compiled at first use.

    Parameters are ``bindparam(name)``; constants that an index condition must recognise are ``const(value)``.
    """

    __slots__ = ("_compiled", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._compiled: dict[str, Compiled] = {}

    def on(self, dialect: Dialect) -> Compiled:
        """The statement as text for that dialect."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            source = self._source if isinstance(self._source, sa.Executable) else self._source(dialect)
            compiled = self._compiled[dialect.name] = Compiled(source, dialect)
        return compiled


def const(value: str | int) -> sa.ColumnElement[Any]:
    """A value of our own (a state, a number) written into the SQL itself."""
    if isinstance(value, int):
        return sa.literal_column(str(value), sa.Integer())
    if not _WORD.fullmatch(value):
        raise ValueError(f"only plain words are written into SQL, got {value!r}")
    return sa.literal_column(f"'{value}'", sa.String())


def one_of(column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """``column IN (…)`` with the values written into the SQL, so that a partial index applies."""
    return column.in_([const(str(value)) for value in values])


def insert_all(table: sa.Table, *names: str) -> sa.Insert:
    """An insert of those columns, each a parameter of its column's name."""
    return sa.insert(table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in names})


def _filled(compiled: SQLCompiler, dialect: Dialect) -> tuple[str, Binder]:
    """A statement for one use: its values are inside, and lists of them are written out."""
    state = compiled.construct_expanded_state({})
    kinds = {name: bound.type for bound, name in compiled.bind_names.items()}
    for name, parts in state.parameter_expansion.items():
        kinds.update(dict.fromkeys(parts, kinds[name]))
    values = {name: _encoded(value, kinds[name], dialect) for name, value in state.parameters.items()}
    ready = [values[name] for name in state.positiontup or ()] if compiled.positional else values
    return state.statement, lambda row: ready


def _encoded(value: Any, kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Any:
    encode = dialect.encoder(kind)
    return value if encode is None or value is None else encode(value)


def _binder(compiled: SQLCompiler, dialect: Dialect) -> Binder:
    kinds = {name: bind.type for bind, name in compiled.bind_names.items()}
    names = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup else tuple(kinds)
    encoders = {name: encode for name in names if (encode := dialect.encoder(kinds[name]))}
    bind = _positional(names, encoders) if compiled.positional else _named(encoders)
    constants = {name: bound.value for bound, name in compiled.bind_names.items() if not bound.required}
    return (lambda row: bind({**constants, **row})) if constants else bind


def _positional(names: tuple[str, ...], encoders: dict[str, Convert]) -> Binder:
    plan = tuple((name, encoders.get(name)) for name in names)
    if not encoders:
        return lambda row: [row[name] for name in names]

    def bind(row: Row) -> list[Any]:
        return [
            value if (value := row[name]) is None or encode is None else encode(value)
            for name, encode in plan
        ]

    return bind


def _named(encoders: dict[str, Convert]) -> Binder:
    if not encoders:
        return lambda row: row

    def bind(row: Row) -> dict[str, Any]:
        values = dict(row)
        for name, encode in encoders.items():
            if values[name] is not None:
                values[name] = encode(values[name])
        return values

    return bind


def _decoders(source: Any, dialect: Dialect) -> tuple[tuple[int, Convert], ...]:
    if isinstance(source, SelectBase):
        columns: Sequence[Any] = list(source.selected_columns)
    else:
        columns = list(getattr(source, "_returning", ()) or ())
    found = ((index, dialect.decoder(column.type)) for index, column in enumerate(columns))
    return tuple((index, decode) for index, decode in found if decode is not None)
