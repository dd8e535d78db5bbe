"""Sends a mail."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.authoring.operator import BaseOperator


class EmailOperator(BaseOperator):
    """Sends ``html_content`` to ``to`` by the settings of ``[email]`` and ``[smtp]``."""

    template_fields: Collection[str] = (
        "to",
        "subject",
        "from_email",
        "html_content",
        "files",
        "cc",
        "bcc",
        "custom_headers",
    )
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"html_content": "html"}
    template_ext: Sequence[str] = (".html",)
    ui_color = "#e6faf9"

    def __init__(
        self, *, to: Any, subject: str, html_content: str, files: Any = None, cc: Any = None, bcc: Any = None,
        mime_subtype: str = "mixed", mime_charset: str = "utf-8", conn_id: str | None = None,
        custom_headers: dict[str, Any] | None = None, from_email: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.to, self.subject, self.html_content, self.files = to, subject, html_content, files or []
        self.cc, self.bcc, self.mime_subtype, self.mime_charset = cc, bcc, mime_subtype, mime_charset
        self.conn_id, self.custom_headers, self.from_email = conn_id, custom_headers, from_email

    def execute(self, context: Any) -> None:
        """Send it. Raises AirflowException with the server's answer."""
        from tradewind.authoring import mail  # smtplib and ssl load with it

        files = json.loads(self.files) if isinstance(self.files, str) else self.files
        mail.send_email(
            self.to, self.subject, self.html_content, files=files, cc=self.cc, bcc=self.bcc,
            mime_subtype=self.mime_subtype, mime_charset=self.mime_charset, conn_id=self.conn_id,
            custom_headers=self.custom_headers, from_email=self.from_email,
        )  # fmt: skip
        self.log.info("Sent a mail to %s", self.to)
