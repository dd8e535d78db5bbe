"""[api], [api_auth], [execution_api]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Api:
    """The API server."""

    host: str = option("0.0.0.0", "Address to listen on; not set: 127.0.0.1, of webserver every one.")  # noqa: S104
    port: int = option("8080", "Port to listen on.", minimum=0, maximum=65535)
    base_url: str = option("", "How people reach it, for links.")
    workers: int = option("1", "Server processes.", minimum=1)
    worker_timeout: int = option("120", "Seconds one request may take.", minimum=1)
    body_seconds: float = option(
        "15", "Seconds that the next part of a request body may take to come.", minimum=0.1
    )
    requests_at_once: int = option(
        "256", "More requests than this at a time are told to come back (429).", minimum=1
    )
    ssl_cert: str = option("", "Certificate file; turns on HTTPS.")
    ssl_key: str = option("", "Key file of the certificate.")
    secret_key: str = option("", "Signs sessions.", sensitive=True)
    expose_config: str = option(
        "False",
        "Show the configuration to users.",
        choices=("True", "False", "non-sensitive-only", "true", "false"),
    )
    trusted_proxies: tuple[str, ...] = option(
        "127.0.0.1,::1", "Addresses and networks of proxies whose X-Forwarded-… headers are believed."
    )
    proxy_user_header: str = option(
        "", "The header in which those proxies say who somebody is; not set: they do not."
    )
    proxy_groups_header: str = option("", "The header in which they list groups, by comma.")
    proxy_roles_mapping: str = option("", "JSON: such a group to its role or list of roles.")
    proxy_default_role: str = option("Public", "Role of whoever is in none of those groups.")
    auth_backends: tuple[str, ...] = option(
        "basic_auth,session",
        "How clients of Airflow 2 and 1.10 (/api/v1, /api/experimental) say who they are.",
    )
    enable_experimental_api: bool = option("False", "Serve the API of Airflow 1.10 at /api/experimental.")
    expose_stacktrace: bool = option("False", "Show stack traces in answers.")
    maximum_page_limit: int = option("100", "Most entries on one page.", minimum=1)
    fallback_page_limit: int = option("50", "Entries on a page that asks for no number.", minimum=1)
    enable_swagger_ui: bool = option("True", "Serve the interactive description of the API at /docs.")
    access_control_allow_origins: tuple[str, ...] = option(
        "", "Origins that may call the API from a browser."
    )
    access_control_allow_methods: tuple[str, ...] = option("", "Methods they may use.")
    access_control_allow_headers: tuple[str, ...] = option("", "Headers they may send.")
    log_fetch_timeout_sec: float = option("5", "Seconds to wait for a log from another machine.", minimum=0.1)
    instance_name: str = option("", "Title of the web pages.")
    hide_paused_dags_by_default: bool = option("False", "Lists start without paused DAGs.")
    auto_refresh_interval: int = option("3", "Seconds between refreshes of a page.", minimum=1)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ApiAuth:
    """Tokens."""

    jwt_secret: str = option("", "Signs tokens; not set: a key kept in the database.", sensitive=True)
    jwt_expiration_time: int = option("86400", "Seconds a token is valid.", minimum=1)
    jwt_cli_expiration_time: int = option("3600", "Seconds a token for the command line is valid.", minimum=1)
    jwt_audience: str = option("", "Audience of tokens.")
    jwt_issuer: str = option("", "Issuer of tokens.")
    jwt_algorithm: str = option("", "Algorithm; not set: HS512 with a secret.")
    jwt_leeway: int = option("10", "Seconds by which clocks may differ.", minimum=0)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExecutionApi:
    """What workers elsewhere talk to."""

    jwt_expiration_time: int = option("600", "Seconds a task's token is valid; it is renewed.", minimum=1)
    jwt_audience: str = option("urn:airflow.apache.org:task", "Audience of a task's token.")
