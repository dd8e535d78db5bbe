"""The API server, put together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind import __version__
from tradewind.api.settings import Settings
from tradewind.auth import tokens, users
from tradewind.runtime import ports
from tradewind.runtime.locks import PidFile
from tradewind.runtime.titles import set_title
from tradewind.telemetry import events

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

TITLE = "airflow-webserver: master"
"""What people's scripts look for in the process list."""


def run(
    app: App,
    *,
    begin: Callable[[], Path],
    host: str,
    port: int,
    ssl_cert: str = "",
    ssl_key: str = "",
) -> None:
    """Serve until told to stop. ``begin`` detaches and gives the pid file, once the port is ours."""
    from tradewind.api import app as api

    listener = ports.bind(host, port)
    pid_file = PidFile(begin(), "The API server")
    pid_file.write()
    set_title(TITLE)
    try:
        application = api.create(
            database=app.database,
            clock=app.clock,
            settings=settings(app, host, port),
            signer=signer(app),
            directory=directory(app),
            wake=app.send_wake,
            log_folder=app.config.logging.base_log_folder,
        )
        address = f"{'https' if ssl_cert else 'http'}://{ports.reachable(host)}:{port}"
        ready = events.ServerReady(component="api-server", address=address, pid=os.getpid())
        api.serve(
            application,
            host=host,
            port=port,
            listener=listener,
            ssl_cert=ssl_cert,
            ssl_key=ssl_key,
            on_ready=lambda: events.log(ready),
        )
    finally:
        pid_file.remove()


def settings(app: App, host: str, port: int) -> Settings:
    """What the API must be told, from the configuration."""
    config = app.config
    return Settings(
        version=__version__,
        instance_name=config.api.instance_name or "Tradewind",
        base_url=config.api.base_url
        or f"http://{host if host not in {'0.0.0.0', '::'} else 'localhost'}:{port}",  # noqa: S104
        page_size=config.api.fallback_page_limit,
        page_limit=config.api.maximum_page_limit,
        token_lifetime=timedelta(seconds=config.api_auth.jwt_expiration_time),
        cli_token_lifetime=timedelta(seconds=config.api_auth.jwt_cli_expiration_time),
        all_admins=config.core.simple_auth_manager_all_admins or config.webserver.authenticate is False,
        docs=config.api.enable_swagger_ui,
        heartbeat_limit=timedelta(seconds=config.scheduler.scheduler_health_check_threshold),
    )


def directory(app: App) -> users.Directory:
    """The people who may log in; passwords are made for those who have none."""
    known = users.parse_users(app.config.core.simple_auth_manager_users)
    return users.Directory(known, users.ensure_passwords(app.home, known, file=passwords_file(app)))


def passwords_file(app: App) -> Path | None:
    """Where passwords are kept, if not in the home."""
    named = app.config.core.simple_auth_manager_passwords_file
    return Path(named).expanduser() if named else None


def signer(app: App) -> tokens.Signer:
    """What signs tokens: the configured key, else one that is made once and kept in the database."""
    options = app.config.api_auth
    key = options.jwt_secret or _kept_key(app)
    return tokens.Signer(
        key,
        algorithm=options.jwt_algorithm or "HS512",
        issuer=options.jwt_issuer or None,
        audience=options.jwt_audience or tokens.AUDIENCE,
        leeway=float(options.jwt_leeway),
    )


def _kept_key(app: App) -> str:
    from tradewind.store.queries import settings as kept

    return kept.get_or_create(app.database, kept.SIGNING_KEY, tokens.make_key, app.clock.now())
