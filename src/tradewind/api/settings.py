"""What the API server must be told; nothing inside it looks up configuration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec

from tradewind.api.external_logs import ExternalLogs
from tradewind.auth.attempts import Rate


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Values from airflow.cfg that the API needs."""

    version: str = "0.1.0"
    instance_name: str = "Tradewind"
    base_url: str = "http://localhost:8080"
    default_timezone: str = "UTC"
    """In which the UI shows times, until somebody chooses another: an IANA name, or ``system``."""
    page_size: int = 50
    """Entries on a page that asks for no number."""
    page_limit: int = 100
    """Most entries on one page."""
    token_lifetime: timedelta = timedelta(hours=24)
    cli_token_lifetime: timedelta = timedelta(hours=1)
    auth_backends: tuple[str, ...] = ("basic_auth", "session")
    """How clients of Airflow 2 and 1.10 may say who they are; see ``logins``."""
    login_rate: Rate | None = Rate()
    """How often somebody may fail to log in; None: as often as they like."""
    experimental: bool = False
    """Serve Airflow 1.10's experimental API."""
    web: Path = Path(__file__).parents[1] / "web"
    """Where the built web UI lies; ``/`` is a plain page without one."""
    docs: bool = True
    """Serve /docs and /openapi.json."""
    heartbeat_limit: timedelta = timedelta(seconds=30)
    """A component that was silent for longer is unhealthy."""
    expose_config: str = "false"
    """``true``, ``false`` or ``non-sensitive-only``."""
    state_retention: timedelta | None = timedelta(days=30)
    """How long what tasks keep is kept, where nobody says; None: for good."""
    external_logs: ExternalLogs | None = None
    """The web UI of a log store, if one is configured."""
    test_connections: bool = False
    """``[core] test_connection`` is Enabled."""
    connection_test_wait: float = 30.0
    """Seconds that a request waits for the result of a connection's test."""
    max_body: int = 16 * 1024 * 1024
    """Bytes a request body may have."""
    request_seconds: float = 120
    """How long a request may take until its answer begins; its statement in the database is then ended."""
    body_seconds: float = 15
    """How long the next part of a request body may take to come."""
    requests_at_once: int = 256
    """More are answered 429; as many answers may be flowing (streams)."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API from a browser."""
    cors_methods: tuple[str, ...] = ()
    cors_headers: tuple[str, ...] = ()
    log_chunk: int = 4 * 1024 * 1024
    """Bytes of a log file in one JSON answer, unless the full content is asked for."""
    follow_interval: float = 0.1
    """Seconds between looks at a growing log or a running run that somebody waits for."""
    heartbeat: float = 15.0
    """Seconds between two signs of life of the stream of changes; at each it is asked anew who listens."""
