"""S19: our clients refuse a server that nobody vouches for (mail: tests/integration/mail)."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.integration.mail.sink import certificate

from tradewind.authoring.hooks.http import HttpHook
from tradewind.domain.errors import AirflowException


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    cert = certificate(tmp_path / "cert.pem")
    made = HTTPServer(("127.0.0.1", 0), _Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made.server_port, cert
    made.shutdown()
    made.server_close()
    thread.join()


def test_http(server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    port, cert = server
    monkeypatch.setenv("AIRFLOW_CONN_SELF_SIGNED", f"http://127.0.0.1:{port}/https")
    with pytest.raises(AirflowException, match=r"CERTIFICATE_VERIFY_FAILED|certificate"):
        HttpHook("GET", "self_signed").run("/")
    assert HttpHook("GET", "self_signed").run("/", extra_options={"verify": False}).ok
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    assert HttpHook("GET", "self_signed").run("/").ok
