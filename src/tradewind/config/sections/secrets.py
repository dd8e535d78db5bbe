"""[secrets]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Secrets:
    """Where connections and variables are looked up before environment and database."""

    backend: str = option("", "Class that is asked first.")
    backend_kwargs: str = option("", "Its arguments, as JSON.", sensitive=True)
    use_cache: bool = option("False", "Keep answers while DAG files are read.")
    cache_ttl_seconds: int = option("900", "For how long.", minimum=0)
