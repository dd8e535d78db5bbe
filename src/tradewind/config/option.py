"""How one option of airflow.cfg is declared, and how its text becomes a value."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tradewind.domain.errors import did_you_mean

TRUE_WORDS = frozenset({"t", "true", "1", "yes", "y", "on"})
FALSE_WORDS = frozenset({"f", "false", "0", "no", "n", "off"})


class BadText(ValueError):
    """The text of an option cannot be used; the message is the rule it broke (``be a whole number``)."""

    def __init__(self, rule: str, hint: str = "") -> None:
        super().__init__(rule)
        self.hint = hint


@dataclasses.dataclass(frozen=True, kw_only=True)
class Option:
    """One option: its default as text, and what a value must satisfy.

    ``default`` None means "not set", which only options with an optional type may have.
    """

    default: str | None
    doc: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    open_choices: bool = False
    """Values outside ``choices`` are allowed when they look like an import path (they hold a dot or a colon).
    """
    sensitive: bool = False
    is_time_zone: bool = False


def option(
    default: str | None,
    doc: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
    open_choices: bool = False,
    sensitive: bool = False,
    is_time_zone: bool = False,
) -> Any:
    """A dataclass field that declares an option. ``doc`` is one line for people."""
    declared = Option(
        default=default,
        doc=doc,
        minimum=minimum,
        maximum=maximum,
        choices=tuple(choices),
        open_choices=open_choices,
        sensitive=sensitive,
        is_time_zone=is_time_zone,
    )
    return dataclasses.field(metadata={"option": declared})


def to_bool(text: str) -> bool:
    """Airflow's words for yes and no. Raises BadText."""
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadText("be True or False")


def to_int(text: str) -> int:
    """A whole number; ``0o77`` and ``0x1f`` are understood. Raises BadText."""
    try:
        return int(text, 0) if text.strip().lower()[:2] in {"0o", "0x"} else int(text)
    except ValueError:
        raise BadText("be a whole number") from None


def to_float(text: str) -> float:
    """A number. Raises BadText."""
    try:
        return float(text)
    except ValueError:
        raise BadText("be a number") from None


def to_list(text: str) -> tuple[str, ...]:
    """Comma-separated words, without blanks."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def to_json(text: str) -> dict[str, Any]:
    """A JSON object. Raises BadText."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadText(f"be a JSON object ({error})") from None
    if not isinstance(value, dict):
        raise BadText("be a JSON object")
    return value


_PARSERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bool": to_bool,
    "int": to_int,
    "float": to_float,
    "Path": Path,
    "tuple[str, ...]": to_list,
    "dict[str, Any]": to_json,
}


def parse(kind: str, declared: Option, text: str) -> Any:
    """The value for ``text``; ``kind`` is the annotation of the field. Raises BadText."""
    plain = kind.removesuffix(" | None")
    if plain not in {"str", "dict[str, Any]"}:
        text = text.split("#", 1)[0].strip() if plain != "Path" else text.strip()
        if not text:
            return _empty(kind, declared)
    elif not text and (kind.endswith("| None") or plain != "str"):
        return _empty(kind, declared)
    value = _PARSERS[plain](text)
    _check(declared, value)
    return value


def _empty(kind: str, declared: Option) -> Any:
    """An option written without a value keeps its default, as in Airflow's own template."""
    if kind.endswith("| None") or declared.default is None:
        return None
    if kind == "tuple[str, ...]":
        return ()
    if not declared.default:
        raise BadText("not be empty")
    return _PARSERS[kind](declared.default)


def _check(declared: Option, value: Any) -> None:
    if declared.minimum is not None and value < declared.minimum:
        raise BadText(f"be at least {declared.minimum:g}")
    if declared.maximum is not None and value > declared.maximum:
        raise BadText(f"be at most {declared.maximum:g}")
    if declared.choices and isinstance(value, str):
        _check_choice(declared, value)
    if declared.is_time_zone and value.lower() not in {"utc", "system"}:
        _check_time_zone(value)


def _check_time_zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadText("be the name of a time zone, such as Europe/Berlin or UTC") from None


def _check_choice(declared: Option, value: str) -> None:
    if value in declared.choices or (declared.open_choices and ("." in value or ":" in value)):
        return
    raise BadText(f"be one of {', '.join(declared.choices)}", did_you_mean(value, declared.choices))
