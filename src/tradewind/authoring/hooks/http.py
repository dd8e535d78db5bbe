"""Calls a web server that a connection names. Stands in for the provider package where that is not there."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from tradewind.authoring.hooks.base import BaseHook
from tradewind.domain.errors import AirflowException

_LONGEST_SHOWN = 500


class Response:
    """What a server answered, with the words of the ``requests`` library."""

    def __init__(self, url: str, status_code: int, reason: str, headers: Any, content: bytes) -> None:
        self.url, self.status_code, self.reason = url, status_code, reason
        self.headers, self.content = headers, content

    @property
    def ok(self) -> bool:
        """Is the status below 400?"""
        return self.status_code < 400

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(self.headers.get_content_charset() or "utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        """Raises AirflowException for a status of 400 or more."""
        if not self.ok:
            raise AirflowException(
                f"{self.url} answered {self.status_code} {self.reason}: {self.text[:_LONGEST_SHOWN]}"
            )

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class HttpHook(BaseHook):
    """Host, port, login and password come from the connection; its extra holds headers.

    ``extra_options`` (of ``run``): ``timeout`` in seconds, ``verify`` False for certificates that are not to
    be checked, ``check_response`` False to accept every status.
    """

    conn_name_attr = "http_conn_id"
    default_conn_name = "http_default"
    conn_type = "http"
    hook_name = "HTTP"

    def __init__(
        self, method: str = "POST", http_conn_id: str = default_conn_name, auth_type: Any = None, **_: Any
    ) -> None:
        super().__init__()
        self.method, self.http_conn_id, self.auth_type = method.upper(), http_conn_id, auth_type
        self.base_url = ""

    def get_conn(self, headers: Mapping[str, Any] | None = None) -> dict[str, str]:
        """The headers of every request; sets ``base_url``. Raises ConnectionNotFound."""
        found = self.get_connection(self.http_conn_id)
        host = found.host or ""
        self.base_url = host if "://" in host else f"{found.schema or 'http'}://{host}"
        if found.port:
            self.base_url = f"{self.base_url}:{found.port}"
        extra = {name: value for name, value in found.extra_dejson.items() if isinstance(value, str)}
        if found.login:
            pair = f"{found.login}:{found.password or ''}".encode()
            extra["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return {**extra, **{name: str(value) for name, value in (headers or {}).items()}}

    def url_from_endpoint(self, endpoint: str | None) -> str:
        """The whole address."""
        if not self.base_url or not endpoint or "://" in endpoint:
            return endpoint or self.base_url
        return f"{self.base_url.rstrip('/')}/{endpoint.lstrip('/')}"

    def run(
        self, endpoint: str | None = None, data: Any = None, headers: Mapping[str, Any] | None = None,
        extra_options: Mapping[str, Any] | None = None, **request_kwargs: Any,
    ) -> Response:  # fmt: skip
        """Ask once. Raises AirflowException where nobody answers, and for a status of 400 or more."""
        options = dict(extra_options or {})
        request = self._request(endpoint, data, self.get_conn(headers), request_kwargs)
        context = ssl.create_default_context()
        if options.get("verify", True) is False:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        response = _open(request, options.get("timeout"), context)
        if options.get("check_response", True):
            response.raise_for_status()
        return response

    def _request(
        self, endpoint: str | None, data: Any, headers: dict[str, str], more: Mapping[str, Any]
    ) -> urllib.request.Request:
        url, body = self.url_from_endpoint(endpoint), None
        if "json" in more:
            body = json.dumps(more["json"]).encode()
            headers.setdefault("Content-Type", "application/json")
        elif data and self.method in {"GET", "HEAD"}:
            query = data if isinstance(data, str) else urllib.parse.urlencode(data, doseq=True)
            url = f"{url}{'&' if '?' in url else '?'}{query}"
        elif data is not None:
            text = urllib.parse.urlencode(data, doseq=True) if isinstance(data, Mapping) else data
            body = text.encode() if isinstance(text, str) else text
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise AirflowException(
                f"{url!r} is no web address. Give the host of connection {self.http_conn_id!r}."
            )
        return urllib.request.Request(url, data=body, headers=headers, method=self.method)  # noqa: S310 - checked

    def test_connection(self) -> tuple[bool, str]:
        """Whether the server answers, and a sentence about it."""
        try:
            return True, f"The server answered {self.run().status_code}."
        except AirflowException as error:
            return False, str(error)


def _open(request: urllib.request.Request, timeout: float | None, context: ssl.SSLContext) -> Response:
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:  # noqa: S310 - checked
            return Response(answer.url, answer.status, answer.reason, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Response(request.full_url, error.code, str(error.reason), error.headers, error.read())
    except (OSError, http.client.HTTPException) as error:
        raise AirflowException(f"{request.full_url} cannot be reached: {error}.") from error
