"""``mask_secret`` and ``redact``: keep values out of logs, from DAG files and provider packages."""

from __future__ import annotations

from typing import Any

from tradewind.telemetry.masking import MASKER


def mask_secret(secret: Any, name: str | None = None) -> None:
    """Hide this value (of a dict: those with telling names) in all that this process logs."""
    MASKER.add(secret, name)


def redact(value: Any, name: str | None = None, max_depth: int | None = None) -> Any:
    """A copy with ``***`` in the place of secrets."""
    return MASKER.redact(value, name)


def should_hide_value_for_key(name: Any) -> bool:
    """Whether a key of this name tells that its value is secret."""
    return isinstance(name, str) and MASKER.is_sensitive(name)


class SecretsMasker:
    """Airflow's log filter, for those who call it themselves. Ours masks where lines are written."""

    def add_mask(self, secret: Any, name: str | None = None) -> None:
        """As ``mask_secret``."""
        mask_secret(secret, name)

    def redact(self, item: Any, name: str | None = None, max_depth: int | None = None) -> Any:
        """As the function of that name."""
        return redact(item, name, max_depth)

    def filter(self, record: Any) -> bool:
        """Every line passes."""
        return True


Redactable = Redacted = Any
