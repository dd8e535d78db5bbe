"""Prints rows as a table, JSON, YAML or plain columns; the shapes are Airflow's."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

Row = Mapping[str, Any]


def show(
    rows: Iterable[Row],
    form: str,
    *,
    columns: Sequence[str] | None = None,
    spare: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Print rows in one of the forms of ``--output``. ``columns`` chooses and orders them; ``spare`` are
    those that a terminal too narrow for the table does without, the first one first.

    As in Airflow every value but lists, objects and None is printed as text, also in JSON.
    """
    out = stream or sys.stdout
    found = [{key: row.get(key) for key in columns} if columns else dict(row) for row in rows]
    names = list(columns or (found[0] if found else ()))
    if form == "table" and found and out.isatty():
        out.write(_for_a_person(found, names, spare))
    else:
        out.write(_FORMS[form](found, names))


def value_text(value: Any) -> str:
    """One value, for people."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(map(value_text, value))
    if isinstance(value, Mapping):
        return json.dumps(value, default=str)
    return str(value)


def _plain_value(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [_plain_value(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items()}
    return value_text(value)


def _json(rows: list[dict[str, Any]], _: list[str]) -> str:
    return json.dumps([_plain_value(row) for row in rows], ensure_ascii=False) + "\n"


def _yaml(rows: list[dict[str, Any]], _: list[str]) -> str:
    import yaml  # only for who asks for it

    text: str = yaml.safe_dump([_plain_value(row) for row in rows], allow_unicode=True, sort_keys=False)
    return text


def _cells(rows: Sequence[Row], names: list[str]) -> tuple[list[list[str]], list[int]]:
    cells = [[value_text(row.get(name)).replace("\n", "\\n") for name in names] for row in rows]
    widths = [max([len(name), *(len(line[index]) for line in cells)]) for index, name in enumerate(names)]
    return cells, widths


def _table(rows: list[dict[str, Any]], names: list[str]) -> str:
    if not rows:
        return "No data found\n"
    cells, widths = _cells(rows, names)
    lines = [_join(" | ", names, widths), "=+=".join("=" * width for width in widths)]
    lines += [_join(" | ", line, widths) for line in cells]
    return "\n".join(lines) + "\n"


def _for_a_person(rows: list[dict[str, Any]], names: list[str], spare: Sequence[str]) -> str:
    from tradewind.cli import fitting  # not where a program reads

    short, kept = fitting.fit(rows, names, spare, fitting.width())
    cells, widths = _cells(short, kept)
    lines = [_join(" | ", kept, widths), "=+=".join("=" * width for width in widths)]
    for line in cells:
        padded = [f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)]
        shown = map(fitting.painted, kept, padded)
        lines.append(" | ".join(shown).rstrip())
    return "\n".join(lines) + "\n"


def _plain(rows: list[dict[str, Any]], names: list[str]) -> str:
    if not rows:
        return "No data found\n"
    cells, widths = _cells(rows, names)
    return "\n".join(_join("  ", line, widths) for line in (names, *cells)) + "\n"


def _join(between: str, line: Sequence[str], widths: Sequence[int]) -> str:
    return between.join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()


_FORMS = {"table": _table, "plain": _plain, "json": _json, "yaml": _yaml}


def confirm(question: str, yes: bool) -> bool:
    """Ask; ``yes | airflow …`` answers too. Where nobody answers it is no, and how to say yes is told."""
    if yes:
        return True
    print(f"{question} (y/n) ", end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print("\nThere is nobody to ask: add --yes.", file=sys.stderr)
    elif not sys.stdin.isatty():
        print(answer.rstrip("\n"))
    return answer.strip().lower() in {"y", "yes"}
