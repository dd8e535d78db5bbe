"""The one grammar of ids.

Ids become file names, URLs and SQL parameters, so each kind is checked once, where it enters, by the
functions here; everything behind the door may trust them. The grammar is Airflow's: ASCII letters,
digits, dash, dot and underscore, at most 250 characters; run ids additionally ``~ : +``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NewType

import msgspec

from tradewind.domain.errors import InvalidId

DagId = NewType("DagId", str)
TaskId = NewType("TaskId", str)
RunId = NewType("RunId", str)
AttemptId = NewType("AttemptId", str)

MAX_LENGTH = 250
_KEY = re.compile(r"[A-Za-z0-9_.\-]+")
_GROUP = re.compile(r"[A-Za-z0-9_\-]+")
_RUN = re.compile(r"[A-Za-z0-9_.~:+\-]+")
_XCOM_FILE = re.compile(
    r"-(?P<attempt>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})-[0-9a-f]{8}\.json(\.gz)?$"
)
"""The end of the name of an XCom's file: attempt, chance, format."""
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff/]"
)
"""What no name may hold: control characters, marks that turn the direction of text around, slashes."""
_CONN = re.compile(r"[\w#!()\-.:/\\]+")

_KEY_RULE = "use ASCII letters, digits, dashes, dots and underscores, 1 to 250 characters, not only dots"
_GROUP_RULE = (
    "use ASCII letters, digits, dashes and underscores, 1 to 250 characters; dots divide ids of groups"
)
_RUN_RULE = (
    "use ASCII letters, digits and the characters _ . ~ : + -, 1 to 250 characters, "
    "without '..' and without a slash"
)


class TaskInstanceKey(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Names one task instance: ``map_index`` is -1 where the task is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1

    def __str__(self) -> str:
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"{self.dag_id}.{self.task_id}{index} of {self.run_id}"


def check_dag_id(value: object) -> DagId:
    """The value as a DAG id. Raises InvalidId."""
    return DagId(_check("DAG id", value))


def check_task_id(value: object) -> TaskId:
    """The value as a task id (with its group's prefix, if any). Raises InvalidId."""
    return TaskId(_check("Task id", value))


def check_group_id(value: object) -> str:
    """The value as a task group id (without those of groups around it). Raises InvalidId."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_LENGTH or not _GROUP.fullmatch(value):
        raise InvalidId("Task group id", value, _GROUP_RULE)
    return value


def check_run_id(value: object) -> RunId:
    """The value as a run id. Raises InvalidId."""
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not _RUN.fullmatch(value) or ".." in value:
        raise InvalidId("Run id", value, _RUN_RULE)
    return RunId(value)


def check_pool_name(value: object) -> str:
    """The value as a pool name; Airflow allows spaces and any letter there. Raises InvalidId."""
    if not isinstance(value, str) or len(value) > 256 or "\\" in value or not is_name(value.strip(" "), 256):
        raise InvalidId("Pool name", value, f"use {NAME_RULE.format(256)}, without backslashes")
    return value


NAME_RULE = "1 to {} characters, not only dots, without slashes, control characters and bidirectional marks"


def is_name(value: str, most: int) -> bool:
    """Whether somebody or something may be called so, of what people name in words of any language: it stands
    in paths and in tables that people read.
    """
    fits = 1 <= len(value) <= most and value == value.strip() and value.strip(".") != ""
    return fits and not _HOSTILE.search(value)


def check_webhook_name(value: object) -> str:
    """The value as the name of a webhook. Raises InvalidId."""
    return _check("Webhook name", value)


def check_variable_key(value: object) -> str:
    """The value as the key of a variable; Airflow allows nearly any text there. Raises InvalidId."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LENGTH or "\0" in value:
        raise InvalidId("Variable key", value, "use 1 to 250 characters, not only blanks")
    return value


def check_state_key(value: object) -> str:
    """The value as a key of a state store. Raises InvalidId."""
    if not isinstance(value, str) or not 0 < len(value) <= 512 or "\0" in value:
        raise InvalidId("State key", value, "use 1 to 512 characters")
    return value


def check_conn_id(value: object) -> str:
    """The value as a connection id, in Airflow's grammar. Raises InvalidId."""
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not _CONN.fullmatch(value):
        raise InvalidId(
            "Connection id",
            value,
            "use letters, digits and the characters _ # ! ( ) - . : / \\, 1 to 250 of them",
        )
    return value


def _check(kind: str, value: object) -> str:
    if (
        not isinstance(value, str)
        or len(value) > MAX_LENGTH
        or not _KEY.fullmatch(value)
        or not value.strip(".")
    ):
        raise InvalidId(kind, value, _KEY_RULE)
    return value


def attempt_id(at: datetime, random_bits: int) -> AttemptId:
    """A UUIDv7 (RFC 9562 section 5.7) of the time ``at`` and 74 of the given random bits.

    The time in front keeps the ids of one table nearly sorted, which keeps its index small.
    """
    ms = int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    rand_a = random_bits & 0xFFF
    rand_b = (random_bits >> 12) & 0x3FFF_FFFF_FFFF_FFFF
    value = ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    text = f"{value:032x}"
    return AttemptId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


def is_xcom_file(name: str, *, before: str) -> bool:
    """Whether a file of that name (or path) holds an XCom of an attempt that was made before another one."""
    found = _XCOM_FILE.search(name)
    return found is not None and found["attempt"] < before


def path_text(path: Sequence[int]) -> str:
    """The indexes of a task instance at each level of mapping as text: ``(2, 0)`` is ``2.0``."""
    return ".".join(map(str, path))


def path_of(text: str | None) -> tuple[int, ...] | None:
    """Back from ``path_text``; None for None."""
    return None if text is None else tuple(int(part) for part in text.split("."))
