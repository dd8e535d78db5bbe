"""The ``format`` keyword of JSON schema: which texts are a date, a time, an address."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?")
_DURATION = re.compile(
    r"P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?)"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")


def _parses(parse: Callable[[str], Any], shape: re.Pattern[str] | None = None) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        if shape is not None and not shape.fullmatch(value):
            return False
        try:
            parse(value)
        except (ValueError, OverflowError):
            return False
        return True

    return check


def _shape(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "date": _parses(date.fromisoformat, re.compile(r"\d{4}-\d\d-\d\d")),
    "date-time": _parses(lambda value: datetime.fromisoformat(value.upper()), _DATE_TIME),
    "time": _parses(lambda value: time.fromisoformat(value.upper()), _TIME),
    "duration": _shape(_DURATION),
    "email": _shape(_EMAIL),
    "idn-email": _shape(_EMAIL),
    "hostname": _shape(_HOST),
    "ipv4": _parses(ipaddress.IPv4Address),
    "ipv6": _parses(ipaddress.IPv6Address),
    "uri": _shape(_URI),
    "regex": _parses(re.compile),
    "uuid": _parses(uuid.UUID, re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
}


def matches(name: str, value: str) -> bool:
    """Whether ``value`` has the format ``name``; True for a name that constrains nothing (``multiline``)."""
    check = _CHECKS.get(name)
    return check is None or check(value)
