"""The page at ``/``: small, without scripts."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from tradewind.api.redirects import prefix
from tradewind.api.settings import Settings

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title>
<style>body{{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#222}}
code,pre{{background:#f3f4f6;border-radius:4px;padding:.1rem .3rem}}pre{{padding:.8rem;overflow-x:auto}}
@media(prefers-color-scheme:dark){{body{{background:#111;color:#ddd}}code,pre{{background:#222}}a{{color:#8ab4f8}}}}
</style></head><body>
<h1>{name}</h1>
<p>This is Tradewind {version}, a workflow orchestrator that runs Airflow's DAG files, commands and REST
clients.
It is up.</p>
<ul>{links}</ul>
<p>Get a token, then trigger a DAG:</p>
<pre>TOKEN=$(curl -s {url}/auth/token -H 'Content-Type: application/json' \\
  -d '{{"username": "admin", "password": "…"}}' | sed 's/.*:"//;s/".*//')
curl -s {url}/api/v2/dags -H "Authorization: Bearer $TOKEN"
curl -s {url}/api/v2/dags/DAG_ID/dagRuns -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{{"logical_date": null}}'</pre>
<p>Passwords are in <code>$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated</code>. In a terminal,
<code>airflow dags list</code> and <code>airflow cheat-sheet</code> are the next steps.</p>
</body></html>
"""

_STYLE: Final = (
    _PAGE[_PAGE.index("<style>") + 7 : _PAGE.index("</style>")].replace("{{", "{").replace("}}", "}")
)
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's own style, and nothing else."""


def render(settings: Settings) -> str:
    """The page at ``/``."""
    links = [("/api/v2/monitor/health", "health of the components"), ("/api/v2/version", "version")]
    if settings.docs:
        links = [
            ("/docs", "REST API, to read"),
            ("/openapi.json", "the same for programs"),
            *links,
        ]
    items = "".join(
        f'<li><a href="{escape(prefix(settings))}{href}">{href}</a>: {text}</li>' for href, text in links
    )
    return _PAGE.format(
        name=escape(settings.instance_name), version=escape(settings.version), links=items,
        url=escape(settings.base_url.rstrip("/")),
    )  # fmt: skip
