"""[email], [smtp]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Email:
    """When and how mail is sent."""

    email_backend: str = option("airflow.utils.email.send_email_smtp", "Function that sends mail.")
    email_conn_id: str = option("smtp_default", "Connection with the server's address and login.")
    default_email_on_retry: bool = option("True", "Tell by mail of retries.")
    default_email_on_failure: bool = option("True", "Tell by mail of failures.")
    subject_template: str = option("", "File with the subject's template.")
    html_content_template: str = option("", "File with the body's template.")
    from_email: str = option("", "Sender.")
    ssl_context: str = option("default", "How certificates are checked.", choices=("default", "none"))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Smtp:
    """The mail server."""

    smtp_host: str = option("localhost", "Host.")
    smtp_port: int = option("25", "Port.", minimum=0, maximum=65535)
    smtp_starttls: bool = option("True", "Start TLS after connecting.")
    smtp_ssl: bool = option("False", "TLS from the first byte.")
    smtp_user: str = option("", "Login.")
    smtp_password: str = option("", "Password.", sensitive=True)
    smtp_mail_from: str = option("airflow@example.com", "Sender.")
    smtp_timeout: int = option("30", "Seconds to wait for the server.", minimum=1)
    smtp_retry_limit: int = option("5", "Tries.", minimum=1)
