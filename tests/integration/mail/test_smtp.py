"""§3 Email: [smtp] as people configure it, against a real server: login, STARTTLS, TLS, certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.mail.sink import NAME, PASSWORD, Sink, certificate

from tradewind import secrets
from tradewind.authoring import mail
from tradewind.authoring.hooks.smtp import SmtpNotifier
from tradewind.config.compat import conf
from tradewind.domain.errors import AirflowConfigException, AirflowException, ConnectionNotFound
from tradewind.secrets.connection import Connection

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def cert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts."""
    made = certificate(tmp_path / "cert.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


class Options:
    """Sets options of [smtp] and [email]."""

    def __init__(self) -> None:
        self._set: list[tuple[str, str]] = []

    def __call__(self, section: str = "smtp", **values: str) -> None:
        for key, value in values.items():
            conf.set(section, key, value)
            self._set.append((section, key))

    def end(self) -> None:
        for section, key in self._set:
            conf.remove_option(section, key)


@pytest.fixture
def options() -> Iterator[Options]:
    made = Options()
    made(smtp_host="127.0.0.1", smtp_retry_limit="2", smtp_timeout="5")
    yield made
    made.end()


def send(**more) -> None:
    mail.send_email("you@example.com", "A subject", "<b>über</b>", **more)


def test_as_the_articles_configure_it(options: Options, cert: Path) -> None:
    """smtp_starttls = True, smtp_ssl = False, user, password, port, mail_from."""
    with Sink(cert=cert, tls="starttls", login=True) as sink:
        options(smtp_starttls="True", smtp_ssl="False", smtp_port=str(sink.port), smtp_mail_from=NAME)
        options(smtp_user=NAME, smtp_password=PASSWORD)
        send(cc=["c@example.com"], bcc="b@example.com", custom_headers={"X-Why": "because"})
    [(sender, recipients, message)] = sink.mails
    assert (sender, sink.logins) == (NAME, [NAME])
    assert recipients == ["you@example.com", "c@example.com", "b@example.com"]
    assert (message["From"], message["To"], message["Bcc"]) == (NAME, "you@example.com", None)
    assert message["X-Why"] == "because"
    assert sink.texts() == [("A subject", "<b>über</b>")]


def test_tls_from_the_first_byte(options: Options, cert: Path) -> None:
    with Sink(cert=cert, tls="ssl") as sink:
        options(smtp_ssl="True", smtp_port=str(sink.port))
        send()
    assert len(sink.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_certificate_that_nobody_vouches_for(options: Options, tmp_path: Path, tls: str) -> None:
    with Sink(cert=certificate(tmp_path / "own.pem"), tls=tls) as sink:
        options(smtp_ssl=str(tls == "ssl"), smtp_port=str(sink.port))
        with pytest.raises(AirflowException, match="ssl_context = none"):
            send()
        assert not sink.mails
        options("email", ssl_context="none")
        send()
        assert len(sink.mails) == 1
        options("email", ssl_context="perhaps")
        with pytest.raises(AirflowConfigException, match="default or none, got 'perhaps'"):
            send()


def test_a_wrong_password_and_a_server_without_tls(options: Options, cert: Path) -> None:
    """Nothing goes out in the clear where STARTTLS is asked for; what the server answers is told, once."""
    with Sink(login=True) as sink:
        options(smtp_port=str(sink.port), smtp_starttls="False", smtp_user=NAME, smtp_password="wrong")
        with pytest.raises(AirflowException, match="535"):
            send()
        tried = list(sink.logins)  # by each mechanism that the server offers, and then no more
        assert set(tried) == {NAME}
        options(smtp_starttls="True", smtp_password=PASSWORD)
        with pytest.raises(AirflowException, match="smtp_starttls = False"):
            send()
        assert (sink.logins, sink.mails) == (tried, [])


def test_a_refusal_is_final(options: Options) -> None:
    with Sink(refuse="554 no room for you") as sink:
        options(smtp_port=str(sink.port), smtp_starttls="False")
        with pytest.raises(AirflowException, match="no room for you"):
            send()
        assert sink.asked == 1


def test_a_connection_goes_before_the_options(options: Options, cert: Path) -> None:
    with Sink(cert=cert, tls="ssl", login=True) as sink:
        options(smtp_port="1", smtp_starttls="True", smtp_user="somebody")
        known = {
            "mine": Connection(
                "mine", "smtp", host="127.0.0.1", port=sink.port, login=NAME, password=PASSWORD,
                extra={"disable_ssl": False, "from_email": "me@example.com", "retry_limit": 1},
            )
        }  # fmt: skip
        before = secrets.current()
        secrets.use(secrets.Chain([Known(known)]))
        try:
            send(conn_id="mine")
            options("email", email_conn_id="mine")
            send()
            with pytest.raises(ConnectionNotFound):
                send(conn_id="other")
        finally:
            secrets.use(before)
    assert [sender for sender, _, _ in sink.mails] == ["me@example.com"] * 2


def test_the_notifier(options: Options, cert: Path) -> None:
    """§1.15 Notifiers: SmtpNotifier by its connection (TLS at once unless disable_ssl), with templates."""
    with Sink(cert=cert, tls="ssl") as sink:
        known = {"smtp_default": Connection("smtp_default", "smtp", host="127.0.0.1", port=sink.port)}
        before = secrets.current()
        secrets.use(secrets.Chain([Known(known)]))
        try:
            notifier = SmtpNotifier(to="you@example.com", subject="{{ run_id }}", from_email="me@example.com")
            notifier({"run_id": "r1"})
            asyncio.run(notifier.async_notify({}))
        finally:
            secrets.use(before)
    assert [subject for subject, _ in sink.texts()] == ["r1", "r1"]
    assert sink.mails[0][0] == "me@example.com"


class Known:
    """A backend with these connections."""

    def __init__(self, connections: dict[str, Connection]) -> None:
        self._connections = connections

    def get_connection(self, conn_id: str) -> Connection | None:
        return self._connections.get(conn_id)
