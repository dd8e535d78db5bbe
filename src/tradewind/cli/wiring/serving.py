"""The API server, put together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind import __version__
from tradewind.api import external_logs
from tradewind.api.external_logs import ExternalLogs
from tradewind.api.settings import Settings
from tradewind.auth import tokens, users
from tradewind.auth.attempts import Rate, parse_rate
from tradewind.auth.people import People
from tradewind.config.compat import Conf
from tradewind.config.explain import rows
from tradewind.dag_processor.bundles import local
from tradewind.runtime import ports
from tradewind.runtime.locks import PidFile
from tradewind.runtime.titles import set_title
from tradewind.telemetry import events

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.config import Config

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
        signing = signer(app)
        application = api.create(
            database=app.database,
            clock=app.clock,
            settings=settings(app, host, port),
            signer=signing,
            people=people(app, signing),
            cipher=app.cipher,
            options=lambda: rows(app.config),
            wake=app.send_wake,
            plugins=app.plugins,
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
    days = Conf(config).getint("state_store", "default_retention_days")
    return Settings(
        version=__version__,
        instance_name=config.api.instance_name or "Tradewind",
        base_url=config.api.base_url
        or f"http://{host if host not in {'0.0.0.0', '::'} else 'localhost'}:{port}",  # noqa: S104
        page_size=config.api.fallback_page_limit,
        page_limit=config.api.maximum_page_limit,
        token_lifetime=timedelta(seconds=config.api_auth.jwt_expiration_time),
        cli_token_lifetime=timedelta(seconds=config.api_auth.jwt_cli_expiration_time),
        auth_backends=config.api.auth_backends,
        login_rate=login_rate(app),
        docs=config.api.enable_swagger_ui,
        heartbeat_limit=timedelta(seconds=config.scheduler.scheduler_health_check_threshold),
        expose_config=config.api.expose_config.lower(),
        state_retention=timedelta(days=days) if days > 0 else None,
        external_logs=_external_logs(config),
    )


def _external_logs(config: Config) -> ExternalLogs | None:
    """Where logs are shown that are kept in Elasticsearch. Raises AirflowConfigException."""
    conf = Conf(config)

    def text(key: str) -> str:
        return str(conf.get("elasticsearch", key, fallback="") or "")

    if not config.logging.remote_logging or not text("host"):
        return None
    return external_logs.from_options(text("frontend"), text("log_id_template"))


def login_rate(app: App) -> Rate | None:
    """How often somebody may fail to log in; None for no limit."""
    options = Conf(app.config)
    if not options.getboolean("fab", "auth_rate_limited"):
        return None
    return parse_rate(options.get("fab", "auth_rate_limit"))


def directory(app: App, signing: tokens.Signer) -> users.Directory:
    """The people of the configuration; passwords are made for those who have none."""
    core = app.config.core
    known = users.configured(core.simple_auth_manager_users, core.auth_manager)
    file = passwords_file(app)
    path = users.ensure_passwords(app.home, known, file=file) if known else file or app.home
    return users.Directory(known, path, signing.stamp)


def people(app: App, signing: tokens.Signer) -> People:
    """Everybody who may log in, and what they may do."""
    teams: dict[str, list[str]] = {}
    for bundle in local.from_config(app.config):
        if bundle.team is not None:
            teams.setdefault(bundle.team, []).append(bundle.name)
    return People(
        app.database,
        app.clock,
        directory=directory(app, signing),
        own_dags_only=app.config.webserver.filter_by_owner,
        teams=teams,
        all_admins=app.config.core.simple_auth_manager_all_admins
        or app.config.webserver.authenticate is False,
    )


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
