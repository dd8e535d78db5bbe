"""Who may log in, and how they prove who they are, put together from the configuration."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewind.auth import ldap, managing, oidc, outside, proxies, tokens, users
from tradewind.auth.attempts import Rate, parse_rate
from tradewind.auth.people import People
from tradewind.config.compat import Conf
from tradewind.dag_processor.bundles import local
from tradewind.domain.errors import AirflowConfigException, NotFound

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

log = logging.getLogger("tradewind.auth")
_AUTH_TYPE: Final = re.compile(r"^\s*AUTH_TYPE\s*=\s*(AUTH_\w+)", re.MULTILINE)
_PLACES: Final = {
    "AUTH_LDAP": "[ldap]", "AUTH_OAUTH": "[oidc]", "AUTH_OID": "[oidc]",
    "AUTH_REMOTE_USER": "[api] trusted_proxies and proxy_user_header",
}  # fmt: skip


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


def everybody(app: App, signing: tokens.Signer, proxy: proxies.TrustedProxy | None) -> People:
    """Everybody who may log in, and what they may do."""
    _tell_of_webserver_config(app)
    teams: dict[str, list[str]] = {}
    shared = [local.EXAMPLES_NAME]
    for bundle in local.from_config(app.config):
        (shared if bundle.team is None else teams.setdefault(bundle.team, [])).append(bundle.name)
    return People(
        app.database,
        app.clock,
        directory=directory(app, signing),
        own_dags_only=app.config.webserver.filter_by_owner,
        teams=teams,
        shared_bundles=shared,
        all_admins=app.config.core.simple_auth_manager_all_admins
        or app.config.webserver.authenticate is False,
        ldap=_ldap(app),
        proxy_rules=None if proxy is None else proxy.rules,
    )


def oidc_provider(app: App, base_url: str) -> oidc.Provider | None:
    """Where else people may log in; None where nobody configured it. Raises AirflowConfigException."""
    said = app.config.oidc
    if not said.issuer:
        return None
    _need("oidc", "authlib", "httpx")
    client = oidc.Client(
        issuer=said.issuer, client_id=said.client_id, client_secret=said.client_secret, scope=said.scope,
        redirect_uri=f"{base_url.rstrip('/')}{oidc.CALLBACK}", username_claim=said.username_claim,
        groups_claim=said.groups_claim, cacert=said.cacert, name=said.name,
    )  # fmt: skip
    return oidc.Provider(client, app.clock, _rules(app, "oidc", said.roles_mapping, said.default_role))


def trusted_proxy(app: App) -> proxies.TrustedProxy | None:
    """The proxies that say who people are; None where they do not. Raises AirflowConfigException."""
    said = app.config.api
    networks = proxies.networks(said.trusted_proxies)
    if not said.proxy_user_header:
        return None
    if not app.config.is_set("api", "trusted_proxies"):
        raise AirflowConfigException(
            "[api] proxy_user_header lets whoever connects from a trusted address be anybody: "
            "say in [api] trusted_proxies which addresses those are."
        )
    rules = _rules(app, "api", said.proxy_roles_mapping, said.proxy_default_role, prefix="proxy_")
    return proxies.TrustedProxy(networks, said.proxy_user_header, said.proxy_groups_header, rules)


def forwarders(app: App) -> tuple[str, ...]:
    """Whose ``X-Forwarded-…`` is believed: as configured, else as uvicorn is told (``*``: anybody's)."""
    told = app.environ.get("FORWARDED_ALLOW_IPS", "")
    if told and not app.config.is_set("api", "trusted_proxies"):
        return tuple(one.strip() for one in told.split(",") if one.strip())
    return app.config.api.trusted_proxies


def _ldap(app: App) -> ldap.Ldap | None:
    """The directory whose names and passwords count too; None where nobody configured it."""
    said = app.config.ldap
    if not said.uri:
        return None
    _need("ldap", "ldap3")
    known = {name: getattr(said, name) for name in ldap.Settings.__struct_fields__}
    by_filter = bool(said.superuser_filter or said.data_profiler_filter)
    rules = _rules(app, "ldap", said.roles_mapping, said.default_role, settled=by_filter)
    return ldap.Ldap(ldap.Settings(**known), rules)


def _rules(
    app: App, section: str, mapping: str, default: str, *, settled: bool = False, prefix: str = ""
) -> outside.Rules:
    """Who gets which role. Raises AirflowConfigException for a role that there is not."""
    rules = outside.rules(f"[{section}] {prefix}roles_mapping", mapping, default, settled=settled)
    try:
        with app.database.read() as tx:
            managing.check_roles(tx, [*rules.default, *itertools.chain(*rules.by_group.values())])
    except NotFound as error:
        raise AirflowConfigException(
            f"[{section}] {prefix}roles_mapping or {prefix}default_role: {error}"
        ) from error
    return rules


def _need(extra: str, *modules: str) -> None:
    """Raises AirflowConfigException where the extra is not installed; loads nothing."""
    if any(importlib.util.find_spec(name) is None for name in modules):
        raise AirflowConfigException(
            f"[{extra}] is configured and needs packages that are not installed: "
            f"pip install 'tradewind[{extra}]'"
        )


def _tell_of_webserver_config(app: App) -> None:
    """Say where to write what an Airflow 2 said in Python, of which one word is read and none evaluated."""
    path = app.home / "webserver_config.py"
    try:
        found = _AUTH_TYPE.search(path.read_text(errors="replace"))
    except OSError:
        return
    place = _PLACES.get(found[1]) if found else None
    if found and place:
        log.warning(
            "%s says AUTH_TYPE = %s, but is not read: say it in %s of airflow.cfg "
            "(docs/howto/log-in.md).", path, found[1], place,
        )  # fmt: skip


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
