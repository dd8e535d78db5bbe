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
from tradewind.cli.wiring import people
from tradewind.config.compat import Conf
from tradewind.config.explain import rows
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
        signer, proxy = people.signer(app), people.trusted_proxy(app)
        application = api.create(
            database=app.database,
            clock=app.clock,
            settings=settings(app, host, port),
            signer=signer,
            people=people.everybody(app, signer, proxy),
            proxy=proxy,
            oidc=people.oidc_provider(app, base_url(app, host, port)),
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
            trusted_proxies=people.forwarders(app),
            on_ready=lambda: events.log(ready),
        )
    finally:
        pid_file.remove()


def base_url(app: App, host: str, port: int) -> str:
    """Where people reach the server: as configured, never as a request says."""
    here = host if host not in {"0.0.0.0", "::"} else "localhost"  # noqa: S104
    return app.config.api.base_url or f"http://{here}:{port}"


def settings(app: App, host: str, port: int) -> Settings:
    """What the API must be told, from the configuration."""
    config = app.config
    days = Conf(config).getint("state_store", "default_retention_days")
    return Settings(
        version=__version__,
        instance_name=config.api.instance_name or "Tradewind",
        base_url=base_url(app, host, port),
        default_timezone="UTC" if config.core.default_timezone == "utc" else config.core.default_timezone,
        page_size=config.api.fallback_page_limit,
        page_limit=config.api.maximum_page_limit,
        token_lifetime=timedelta(seconds=config.api_auth.jwt_expiration_time),
        cli_token_lifetime=timedelta(seconds=config.api_auth.jwt_cli_expiration_time),
        auth_backends=config.api.auth_backends,
        login_rate=people.login_rate(app),
        experimental=config.api.enable_experimental_api,
        docs=config.api.enable_swagger_ui,
        request_seconds=config.api.worker_timeout,
        body_seconds=config.api.body_seconds,
        requests_at_once=config.api.requests_at_once,
        cors_origins=config.api.access_control_allow_origins,
        cors_methods=config.api.access_control_allow_methods,
        cors_headers=config.api.access_control_allow_headers,
        heartbeat_limit=timedelta(seconds=config.scheduler.scheduler_health_check_threshold),
        expose_config=config.api.expose_config.lower(),
        state_retention=timedelta(days=days) if days > 0 else None,
        external_logs=_external_logs(config),
        test_connections=config.core.test_connection == "Enabled",
    )


def _external_logs(config: Config) -> ExternalLogs | None:
    """Where logs are shown that are kept in Elasticsearch. Raises AirflowConfigException."""
    conf = Conf(config)

    def text(key: str) -> str:
        return str(conf.get("elasticsearch", key, fallback="") or "")

    if not config.logging.remote_logging or not text("host"):
        return None
    return external_logs.from_options(text("frontend"), text("log_id_template"))
