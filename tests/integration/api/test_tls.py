"""HTTPS by ``api-server --ssl-cert --ssl-key``: encrypted, with what tells browsers to insist on it."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home, until
from tests.integration.mail.sink import certificate
from tests.integration.system.world import free_port


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate and its key."""
    folder = tmp_path_factory.mktemp("tls")
    both = certificate(folder / "both.pem").read_text()
    begin = both.index("-----BEGIN CERTIFICATE-----")
    cert, key = folder / "cert.pem", folder / "key.pem"
    key.write_text(both[:begin])
    cert.write_text(both[begin:])
    return cert, key


@pytest.fixture(scope="module")
def served(pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, as host and port."""
    cert, key = pair
    home, port = Home(tmp_path_factory.mktemp("home")), free_port()
    words = ("-H", "127.0.0.1", "-p", str(port), "--ssl-cert", str(cert), "--ssl-key", str(key))
    process = home.start("api-server", *words)

    def up() -> bool:
        assert process.poll() is None, home.printed("api-server")
        with client(cert) as asking:
            try:
                return asking.get(f"https://127.0.0.1:{port}/api/v2/version").status_code == 200
            except httpx.ConnectError:
                return False

    try:
        until(up)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def client(cert: Path) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=str(cert)), timeout=20)


def test_who_knows_the_certificate_is_served_and_told_to_stay(served: str, pair: tuple[Path, Path]) -> None:
    with client(pair[0]) as asking:
        for path, status in (("/", 200), ("/api/v2/dags", 401), ("/nothing", 404)):
            answer = asking.get(f"https://{served}{path}")
            assert answer.status_code == status
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_who_does_not_know_it_goes_no_further(served: str) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://{served}/")


def of_version(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """The context, speaking that version and no other."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else the oldest are not spoken at all
    context.minimum_version = context.maximum_version = version
    return context


def agree(asking: ssl.SSLContext, answering: ssl.SSLContext) -> str | None:
    """The version that both come to, in memory."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = asking.wrap_bio(back, there, server_hostname="127.0.0.1")
    other = answering.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (one, other):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return one.version()


@pytest.mark.parametrize("name", ["TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_of_tls_are_refused(served: str, pair: tuple[Path, Path], name: str) -> None:
    version, spoken = ssl.TLSVersion[name], name.replace("_", ".")
    asking = of_version(ssl.create_default_context(cafile=str(pair[0])), version)
    lenient = of_version(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), version)
    lenient.load_cert_chain(*pair)
    assert agree(asking, lenient) == spoken, "this client does speak it"
    host, _, port = served.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        if version >= ssl.TLSVersion.TLSv1_2:
            with asking.wrap_socket(sock, server_hostname=host) as secure:
                assert secure.version() == spoken
        else:
            with pytest.raises(
                (ssl.SSLError, ConnectionResetError), match=r"ALERT_PROTOCOL_VERSION|EOF|reset"
            ):
                asking.wrap_socket(sock, server_hostname=host)


def test_nothing_is_said_in_the_clear(served: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{served}/api/v2/version")


@pytest.mark.parametrize("broken", ["cert", "key"])
def test_a_pair_that_cannot_be_used_is_named(pair: tuple[Path, Path], tmp_path: Path, broken: str) -> None:
    (tmp_path / "none.pem").write_text("no certificate\n")
    files = dict(zip(("cert", "key"), map(str, pair), strict=True)) | {broken: str(tmp_path / "none.pem")}
    done = Home(tmp_path / "home").run(
        "api-server", "-p", str(free_port()), "--ssl-cert", files["cert"], "--ssl-key", files["key"]
    )
    assert done.code != 0
    assert "none.pem" in done.err and "Traceback" not in done.err, done


def test_a_key_alone_does_not_mean_plain_http(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = Home(tmp_path / "home").run("api-server", "-p", str(free_port()), "--ssl-key", str(pair[1]))
    assert (done.code != 0, "no certificate" in done.err) == (True, True), done
