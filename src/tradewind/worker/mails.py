"""Mail about a failed try, to the addresses that the task names."""

from __future__ import annotations

import html
import logging
from pathlib import Path
from typing import Any

from tradewind.domain.errors import AirflowException
from tradewind.telemetry.masking import MASKER
from tradewind.worker import outcomes


def wanted(task: Any, *, final: bool) -> bool:
    """Whether the task asks for mail: ``final`` after its last try, else before the next."""
    return bool(task.email) and bool(task.email_on_failure if final else task.email_on_retry)


def send(context: Any, error: BaseException | None, *, final: bool) -> None:
    """Send it, if the task asks for it. That it cannot be sent is a line of the log: how to do so would be
    found in the configuration, not in a traceback. Raises what else is raised.

    ``[email] subject_template`` and ``html_content_template`` name files with Jinja templates, which see the
    task's context, and ``exception``, ``exception_html``, ``try_number``, ``max_tries``. One that cannot be
    read or rendered must not keep the news back: the mail then has our own words, and the log says why.
    """
    ti = context["ti"]
    if not wanted(ti.task, final=final):
        return
    from tradewind.authoring import mail  # smtplib is heavy

    index = f"[{ti.map_index}]" if ti.map_index >= 0 else ""
    subject = f"Airflow alert: {ti.dag_id}.{ti.task_id}{index} {ti.run_id} [{ti.state}]"
    more = _more(ti, error)
    subject = _templated("subject_template", context, more) or subject
    content = _templated("html_content_template", context, more) or body(ti, error)
    try:
        mail.send_email(list(ti.task.emails), subject, content)
    except AirflowException as problem:
        logging.getLogger("airflow.task").error("The mail was not sent: %s", problem)


def _more(ti: Any, error: BaseException | None) -> dict[str, Any]:
    trace = MASKER.mask(outcomes.trace(error)) if error is not None else ""
    return {
        "exception": error,
        "exception_html": html.escape(trace).replace("\n", "<br>"),
        "try_number": ti.try_number,
        "max_tries": ti.max_tries,
    }


def _templated(option: str, context: Any, more: dict[str, Any]) -> str | None:
    """The rendered template of that option, or None where none is set or none can be had."""
    from tradewind.config import compat

    name = compat.conf.get("email", option, fallback="")
    if not name:
        return None
    from tradewind.authoring.templating import environment, render  # jinja2 is heavy

    scope = context.copy()
    scope.update(more)
    jinja = environment.for_dag(context.get("dag"), native=False)
    try:
        text = Path(name).read_text(encoding="utf-8")
        return str(render.render_value(context["ti"].task, text, scope, jinja))
    except Exception as problem:  # noqa: BLE001 - a template is user code
        logging.getLogger("airflow.task").error(
            "The mail goes without [email] %s = %s: %s: %s", option, name, type(problem).__name__, problem
        )
        return None


def body(ti: Any, error: BaseException | None) -> str:
    """The text, as HTML."""
    rows = (
        ("DAG", ti.dag_id),
        ("Task", ti.task_id),
        ("Run", ti.run_id),
        ("Try", f"{ti.try_number} of {ti.max_tries + 1}"),
        ("State", ti.state),
        ("Host", ti.hostname),
        ("Exception", MASKER.mask(f"{type(error).__name__}: {error}" if error is not None else "none")),
    )
    lines = "".join(f"<b>{name}:</b> {html.escape(str(value))}<br>\n" for name, value in rows)
    url = html.escape(ti.log_url, quote=True)
    return f'{lines}<a href="{url}">Log</a><br>\n'
