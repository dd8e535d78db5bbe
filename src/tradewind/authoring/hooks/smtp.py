"""Mail by a connection of type ``smtp``; stands in where the provider package is not installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from tradewind.authoring import mail
from tradewind.authoring.hooks.base import BaseHook
from tradewind.authoring.notifier import BaseNotifier


class SmtpHook(BaseHook):
    """Sends by the server that the connection names (see ``mail.Settings.of_connection``)."""

    conn_name_attr: ClassVar[str] = "smtp_conn_id"
    default_conn_name: ClassVar[str] = "smtp_default"
    conn_type: ClassVar[str] = "smtp"
    hook_name: ClassVar[str] = "SMTP"

    def __init__(self, smtp_conn_id: str = "smtp_default", auth_type: str = "basic", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.smtp_conn_id = smtp_conn_id

    def get_conn(self) -> SmtpHook:
        """Itself: each mail opens its own connection."""
        return self

    def __enter__(self) -> SmtpHook:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def send_email_smtp(
        self, *, to: mail.Addresses, subject: str | None = None, html_content: str | None = None,
        from_email: str | None = None, files: list[str] | None = None, dryrun: bool = False,
        cc: mail.Addresses | None = None, bcc: mail.Addresses | None = None, mime_subtype: str = "mixed",
        mime_charset: str = "utf-8", custom_headers: dict[str, Any] | None = None, **_: Any,
    ) -> None:  # fmt: skip
        """Send. Raises ConnectionNotFound, AirflowException with the server's answer."""
        settings = mail.Settings.of_connection(self.get_connection(self.smtp_conn_id))
        sender = from_email or settings.sender
        message, recipients = mail.build_mime_message(
            sender, to, subject or "", html_content or "", files=files, cc=cc, bcc=bcc,
            mime_charset=mime_charset, custom_headers=custom_headers,
        )  # fmt: skip
        mail.send_mime_email(sender, recipients, message, dryrun=dryrun, settings=settings)


class SmtpNotifier(BaseNotifier):
    """A mail as a callback: ``on_failure_callback=SmtpNotifier(to="me@example.com")``."""

    template_fields = (
        "from_email", "to", "subject", "html_content", "files", "cc", "bcc", "mime_subtype", "mime_charset",
        "custom_headers",
    )  # fmt: skip
    template_ext: Sequence[str] = (".html",)

    def __init__(
        self, to: mail.Addresses, from_email: str | None = None, subject: str | None = None,
        html_content: str | None = None, files: list[str] | None = None, cc: mail.Addresses | None = None,
        bcc: mail.Addresses | None = None, mime_subtype: str = "mixed", mime_charset: str = "utf-8",
        custom_headers: dict[str, Any] | None = None, smtp_conn_id: str = SmtpHook.default_conn_name,
        auth_type: str = "basic", *, template: str | None = None, **_: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        self.smtp_conn_id, self.from_email, self.to, self.files = smtp_conn_id, from_email, to, files
        self.cc, self.bcc, self.mime_subtype, self.mime_charset = cc, bcc, mime_subtype, mime_charset
        self.custom_headers = custom_headers
        self.subject = _SUBJECT if subject is None else subject
        self.html_content = template or (_BODY if html_content is None else html_content)

    def notify(self, context: Any) -> None:
        """Send it."""
        SmtpHook(self.smtp_conn_id).send_email_smtp(
            to=self.to, subject=self.subject, html_content=self.html_content, from_email=self.from_email,
            files=self.files, cc=self.cc, bcc=self.bcc, mime_subtype=self.mime_subtype,
            mime_charset=self.mime_charset, custom_headers=self.custom_headers,
        )  # fmt: skip

    async def async_notify(self, context: Any) -> None:
        """Send it, from a thread."""
        import asyncio  # whoever awaits this has loaded it

        await asyncio.to_thread(self.notify, context)


_SUBJECT = (
    "{% if ti is defined %}DAG {{ ti.dag_id }} - Task {{ ti.task_id }} - Run {{ ti.run_id }} {{ ti.state }}"
    "{% else %}DAG {{ dag.dag_id }}{% endif %}"
)
_BODY = (
    "{% if ti is defined %}<b>DAG:</b> {{ ti.dag_id | e }}<br>\n<b>Task:</b> {{ ti.task_id | e }}<br>\n"
    "<b>Run:</b> {{ ti.run_id | e }}<br>\n<b>Try:</b> {{ ti.try_number }}<br>\n"
    "<b>State:</b> {{ ti.state }}<br>\n{% endif %}"
    "{% if exception is defined %}<b>Exception:</b> {{ exception | e }}<br>\n{% endif %}"
)
