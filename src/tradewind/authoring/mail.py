"""Sends mail by the settings of ``[email]`` and ``[smtp]``."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from tradewind.domain.errors import AirflowConfigException, AirflowException, ConnectionNotFound

Addresses = str | Iterable[str]


def get_email_address_list(addresses: Addresses) -> list[str]:
    """One by one: text may hold several, divided by comma or semicolon."""
    if isinstance(addresses, str):
        return [part.strip() for part in addresses.replace(";", ",").split(",") if part.strip()]
    return [str(address).strip() for address in addresses if str(address).strip()]


def send_email(
    to: Addresses, subject: str, html_content: str, files: list[str] | None = None, dryrun: bool = False,
    cc: Addresses | None = None, bcc: Addresses | None = None, mime_subtype: str = "mixed",
    mime_charset: str = "utf-8", conn_id: str | None = None, custom_headers: dict[str, Any] | None = None,
    from_email: str | None = None, **kwargs: Any,
) -> None:  # fmt: skip
    """Send with the backend that ``[email] email_backend`` names; ours is smtp.

    Raises AirflowException with the server's answer, AirflowConfigException where no server is set.
    """
    from tradewind.config import compat
    from tradewind.runtime import plugins

    named = str(compat.conf.get("email", "email_backend", fallback="") or "")
    given: dict[str, Any] = {
        "files": files, "dryrun": dryrun, "cc": cc, "bcc": bcc, "mime_subtype": mime_subtype,
        "mime_charset": mime_charset, "conn_id": conn_id, "custom_headers": custom_headers,
        "from_email": from_email,
    }  # fmt: skip
    if named and not named.endswith("utils.email.send_email_smtp"):
        plugins.load_object(named)(to, subject, html_content, **given, **kwargs)
    else:
        send_email_smtp(to, subject, html_content, **given)


def send_email_smtp(
    to: Addresses, subject: str, html_content: str, files: list[str] | None = None, dryrun: bool = False,
    cc: Addresses | None = None, bcc: Addresses | None = None, mime_subtype: str = "mixed",
    mime_charset: str = "utf-8", conn_id: str | None = None, from_email: str | None = None,
    custom_headers: dict[str, Any] | None = None, **_: Any,
) -> None:  # fmt: skip
    """Send through the SMTP server of ``[smtp]`` (or of the connection ``conn_id``)."""
    settings = Settings.read(conn_id)
    sender = from_email or settings.sender
    message, recipients = build_mime_message(
        sender, to, subject, html_content, files=files, cc=cc, bcc=bcc, mime_charset=mime_charset,
        custom_headers=custom_headers,
    )  # fmt: skip
    send_mime_email(sender, recipients, message, conn_id=conn_id, dryrun=dryrun, settings=settings)


def build_mime_message(
    mail_from: str | None, to: Addresses, subject: str, html_content: str, files: list[str] | None = None,
    cc: Addresses | None = None, bcc: Addresses | None = None, mime_subtype: str = "mixed",
    mime_charset: str = "utf-8", custom_headers: dict[str, Any] | None = None,
) -> tuple[EmailMessage, list[str]]:  # fmt: skip
    """The message and everybody who gets it."""
    message = EmailMessage()
    message["Subject"], message["From"] = " ".join(subject.splitlines()), mail_from or ""
    recipients = get_email_address_list(to)
    message["To"] = ", ".join(recipients)
    if cc:
        message["Cc"] = ", ".join(get_email_address_list(cc))
        recipients = recipients + get_email_address_list(cc)
    recipients = recipients + get_email_address_list(bcc or ())
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid()
    for name, value in (custom_headers or {}).items():
        message[name] = str(value)
    message.set_content(html_content, subtype="html", charset=mime_charset)
    for file in files or ():
        _attach(message, Path(file))
    return message, recipients


def _attach(message: EmailMessage, file: Path) -> None:
    main, _, sub = (guess_type(file.name)[0] or "application/octet-stream").partition("/")
    message.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)


class Settings:
    """How to reach the SMTP server."""

    def __init__(self, **values: Any) -> None:
        self.host: str = values["host"]
        self.port: int = values["port"]
        self.user: str = values.get("user") or ""
        self.password: str = values.get("password") or ""
        self.starttls: bool = values["starttls"]
        self.ssl: bool = values["ssl"]
        self.timeout: float = values.get("timeout") or 30.0
        self.retries: int = values.get("retries") or 5
        self.sender: str = values.get("sender") or "airflow@example.com"
        self.verify: bool = values.get("verify", True)
        """Whether the server's certificate must be signed by somebody this machine trusts, for this host."""

    @classmethod
    def read(cls, conn_id: str | None) -> Settings:
        """From the configuration, and from a connection: the one named, else ``[email] email_conn_id`` if
        there is one. Raises ConnectionNotFound, AirflowConfigException.
        """
        from tradewind import secrets
        from tradewind.config import compat

        conf = compat.conf
        known = secrets.current()
        found: Any = known.get_connection(conn_id or conf.get("email", "email_conn_id", fallback="") or "")
        if conn_id and found is None:
            raise ConnectionNotFound(conn_id)
        host = (found.host if found else None) or conf.get("smtp", "smtp_host", fallback="")
        if not host:
            raise AirflowConfigException("No mail server is set. Give [smtp] smtp_host in airflow.cfg.")
        sender = conf.get("email", "from_email", fallback=None) or conf.get(
            "smtp", "smtp_mail_from", fallback=None
        )
        settings = cls(
            host=host,
            port=conf.getint("smtp", "smtp_port", fallback=25),
            user=conf.get("smtp", "smtp_user", fallback=None),
            password=conf.get("smtp", "smtp_password", fallback=None),
            starttls=conf.getboolean("smtp", "smtp_starttls", fallback=True),
            ssl=conf.getboolean("smtp", "smtp_ssl", fallback=False),
            timeout=conf.getfloat("smtp", "smtp_timeout", fallback=30),
            retries=conf.getint("smtp", "smtp_retry_limit", fallback=5),
            sender=sender,
            verify=_verified(conf.get("email", "ssl_context", fallback="default"), "[email] ssl_context"),
        )
        if found is not None:
            settings.take(found)
        return settings

    @classmethod
    def of_connection(cls, connection: Any) -> Settings:
        """From a connection of type ``smtp`` alone, which speaks TLS from the first byte unless its extra has
        ``disable_ssl``, and STARTTLS then, unless it has ``disable_tls``.
        """
        extra = connection.extra_dejson
        over_ssl = not _yes(extra.get("disable_ssl", False))
        settings = cls(
            host=connection.host or "localhost",
            port=465 if over_ssl else 25,
            ssl=over_ssl,
            starttls=not _yes(extra.get("disable_tls", False)),
        )
        settings.take(connection)
        return settings

    def take(self, connection: Any) -> None:
        """What the connection says goes before what is set."""
        extra = connection.extra_dejson
        self.port = connection.port or self.port
        self.user, self.password = connection.login or self.user, connection.password or self.password
        if "disable_ssl" in extra:
            self.ssl = not _yes(extra["disable_ssl"])
        if "disable_tls" in extra:
            self.starttls = not _yes(extra["disable_tls"])
        self.timeout = float(extra.get("timeout") or self.timeout)
        self.retries = int(extra.get("retry_limit") or self.retries)
        self.sender = extra.get("from_email") or self.sender
        if extra.get("ssl_context"):
            where = f"the extra of connection {connection.conn_id!r}, ssl_context"
            self.verify = _verified(str(extra["ssl_context"]), where)

    def ssl_context(self) -> ssl.SSLContext:
        """With which TLS is spoken."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _yes(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "t", "1", "yes", "on"}


def _verified(text: str, where: str) -> bool:
    """``default`` checks certificates, ``none`` takes any. Raises AirflowConfigException for other words."""
    if text not in {"default", "none", ""}:
        raise AirflowConfigException(f"{where} must be default or none, got {text!r}")
    return text != "none"


def send_mime_email(
    e_from: str | None, e_to: Addresses, mime_msg: EmailMessage, conn_id: str | None = None,
    dryrun: bool = False,
    settings: Settings | None = None, **_: Any,
) -> None:  # fmt: skip
    """Hand the message to the server; network troubles are tried again, refusals are not."""
    settings = settings or Settings.read(conn_id)
    if dryrun:
        return
    for left in range(settings.retries - 1, -1, -1):
        try:
            _deliver(settings, e_from or settings.sender, get_email_address_list(e_to), mime_msg)
            return
        except (smtplib.SMTPException, OSError) as error:
            if left == 0 or not _may_pass(error):
                raise AirflowException(
                    f"The mail server {settings.host}:{settings.port} did not take the mail: {error}."
                    f"{_hint(error)}"
                ) from error


def _may_pass(error: Exception) -> bool:
    """Whether another try may go better: not after an answer of the server, nor with a bad certificate."""
    answered = isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )
    return not answered and not isinstance(error, ssl.SSLError)


def _hint(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            " Have this machine trust who signed its certificate (SSL_CERT_FILE names a file), or set "
            "[email] ssl_context = none to take any."
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return (
            " Set [smtp] smtp_starttls = False if it speaks no TLS, smtp_user empty if it asks for no login."
        )
    return ""


def _deliver(settings: Settings, sender: str, recipients: list[str], message: EmailMessage) -> None:
    context = settings.ssl_context() if settings.ssl or settings.starttls else None
    if settings.ssl:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
    with server:
        if settings.starttls and not settings.ssl:
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message, sender, recipients)
