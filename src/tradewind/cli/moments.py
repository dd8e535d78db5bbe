"""Dates and JSON that somebody typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from tradewind.cli.arguments import WrongUsage
from tradewind.domain import errors

if TYPE_CHECKING:
    from tradewind.config import Config


def date(text: str, config: Config, *, name: str = "date") -> datetime:
    """A date that somebody typed, in UTC; without a time zone it is in ``[core] default_timezone``."""
    found = try_date(text, config)
    if found is None:
        raise WrongUsage(
            f"{name} must be a date such as 2026-01-31 or 2026-01-31T09:30:00+00:00, got {text!r}."
        )
    return found


def try_date(text: str, config: Config) -> datetime | None:
    """As ``date``; None for what is no date."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        from dateutil import parser  # other spellings are rare

        try:
            found = parser.parse(text)
        except (ValueError, OverflowError):
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone(config.core.default_timezone))
    return found.astimezone(UTC)


def zone(name: str) -> tzinfo:
    """A time zone by name; ``system`` is the machine's. Raises InvalidValue."""
    from zoneinfo import ZoneInfo

    if name.lower() == "system":
        from dateutil import tz

        return tz.tzlocal()
    try:
        return ZoneInfo("UTC" if name.lower() == "utc" else name)
    except (KeyError, ValueError, OSError):
        raise errors.InvalidValue(
            "[core] default_timezone", name, "name a time zone such as Europe/Berlin"
        ) from None


def json_object(text: str | None, *, name: str) -> dict[str, Any]:
    """A JSON object that somebody typed; empty for None."""
    try:
        found = json.loads(text) if text else {}
    except ValueError as error:
        raise WrongUsage(f"{name} must be a JSON object ({error}), got {text!r}.") from None
    if not isinstance(found, dict):
        raise WrongUsage(f"{name} must be a JSON object, got {text!r}.")
    return found
