"""[webserver], as far as old installations set it and it still means something"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Webserver:
    """Switches of Airflow 1.x that decide who sees what."""

    authenticate: bool | None = option(None, "Ask for a login; not set: yes.")
    auth_backend: str = option("", "Which kind of login (1.x).")
    filter_by_owner: bool = option("False", "Users see only the DAGs they own.")
    demo_mode: bool = option("False", "A banner says that this is a demonstration.")
