"""``SecretCache``: what this process asked the secrets backends for, kept for ``[secrets]
cache_ttl_seconds``.

For backends of one's own that are slow to ask; off unless ``[secrets] use_cache`` is set. Nothing here
asks it on its own.
"""

from __future__ import annotations

from typing import ClassVar

from tradewind.runtime.clock import Clock, SystemClock


class SecretCache:
    """One cache for the process. A name that is not there raises ``NotPresentException``: None is a value."""

    _kept: ClassVar[dict[tuple[str, str, str], tuple[float, str | None]] | None] = None
    _seconds: ClassVar[float] = 900.0
    clock: ClassVar[Clock] = SystemClock()

    class NotPresentException(Exception):
        """Never asked for, or too long ago."""

    @classmethod
    def init(cls) -> None:
        """Begin to keep, if the configuration says so."""
        from tradewind.config import compat  # reads airflow.cfg

        if cls._kept is None and compat.conf.getboolean("secrets", "use_cache", fallback=False):
            cls._kept = {}
            cls._seconds = float(compat.conf.get("secrets", "cache_ttl_seconds", fallback=None) or 900)

    @classmethod
    def reset(cls) -> None:
        """Forget everything, and keep nothing until ``init``."""
        cls._kept = None

    @classmethod
    def get_variable(cls, key: str, team_name: str | None = None) -> str | None:
        """The value. Raises NotPresentException."""
        return cls._get("variable", key, team_name)

    @classmethod
    def get_connection_uri(cls, conn_id: str, team_name: str | None = None) -> str:
        """The connection as a URI. Raises NotPresentException."""
        uri = cls._get("connection", conn_id, team_name)
        if not uri:
            raise cls.NotPresentException
        return uri

    @classmethod
    def save_variable(cls, key: str, value: str | None, team_name: str | None = None) -> None:
        """Keep a value; None too."""
        cls._save("variable", key, value, team_name)

    @classmethod
    def save_connection_uri(cls, conn_id: str, uri: str, team_name: str | None = None) -> None:
        """Keep a connection."""
        if uri is not None:
            cls._save("connection", conn_id, uri, team_name)

    @classmethod
    def invalidate_variable(cls, key: str, team_name: str | None = None) -> None:
        """Forget a value."""
        if cls._kept is not None:
            cls._kept.pop(("variable", team_name or "", key), None)

    @classmethod
    def _get(cls, kind: str, name: str, team: str | None) -> str | None:
        found = (cls._kept or {}).get((kind, team or "", name))
        if found is None or cls.clock.monotonic() - found[0] > cls._seconds:
            raise cls.NotPresentException
        return found[1]

    @classmethod
    def _save(cls, kind: str, name: str, value: str | None, team: str | None) -> None:
        if cls._kept is not None:
            cls._kept[kind, team or "", name] = (cls.clock.monotonic(), value)
