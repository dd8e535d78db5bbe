"""A mail server that keeps what it gets: plain, STARTTLS or TLS at once, with or without login."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME, PASSWORD = "username@163.com", "userpasswd"


class Sink:
    """Start it with ``with``; ``mails`` are (sender, recipients, message)."""

    def __init__(
        self, *, cert: Path | None = None, tls: str = "", login: bool = False, refuse: str = ""
    ) -> None:
        """``tls`` is ``starttls``, ``ssl`` or empty; ``refuse`` answers every mail."""
        self.mails: list[tuple[str, list[str], EmailMessage]] = []
        self.logins: list[str] = []
        self.asked = 0
        self._refuse = refuse
        context = None
        if cert is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert)
        options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
        if tls == "ssl":
            options["ssl_context"] = context
        self._controller = _Controller(
            self,
            **options,
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=self._check if login else None,
            auth_required=login,
            auth_require_tls=False,
        )

    def __enter__(self) -> Sink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    def _check(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        good = (data.login, data.password) == (NAME.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """One mail."""
        self.asked += 1
        if self._refuse:
            return self._refuse
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 taken"

    def texts(self) -> list[tuple[str, str]]:
        """Subject and body of each."""
        found = []
        for _, _, message in self.mails:
            body = message.get_body(("html",))
            assert body is not None
            found.append((str(message["Subject"]), str(body.get_content()).strip()))
        return found


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """Connect once, at the port that the system has chosen."""
        assert self.server is not None
        socket.create_connection(self.server.sockets[0].getsockname()).close()


def certificate(path: Path) -> Path:
    """Key and certificate of 127.0.0.1, signed by themselves; one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
