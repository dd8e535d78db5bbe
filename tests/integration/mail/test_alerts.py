"""§1.2 email, email_on_failure, email_on_retry, with a whole system and a real mail server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.mail.sink import Sink
from tests.integration.system import load
from tests.integration.system.world import World, until

MAILING = (
    load.HEAD
    + """
with dag("mailing", default_args={"email": "a@example.com; b@example.com", "retries": 1}):
    do("both", fail_tries=9, retries=1)
    do("last", fail_tries=9, retries=1, email_on_retry=False)
    do("retry", fail_tries=1, retries=1)
    do("never", fail_tries=9, email_on_failure=False, email_on_retry=False, retries=1)

with dag("victims", default_args={"email": "a@example.com"}):
    do("victim", seconds=60, retries=0)
"""
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as made:
        yield made


@pytest.fixture
def mailing(tmp_path: Path, sink: Sink) -> Iterator[World]:
    made = World(
        tmp_path / "home",
        AIRFLOW__SMTP__SMTP_HOST="127.0.0.1",
        AIRFLOW__SMTP__SMTP_PORT=str(sink.port),
        AIRFLOW__SMTP__SMTP_STARTTLS="False",
        AIRFLOW__SMTP__SMTP_MAIL_FROM="airflow@example.com",
    )
    made.dags(mailing=MAILING)
    yield made
    made.end()


def test_who_is_told_of_what(mailing: World, sink: Sink) -> None:
    mailing.standalone()
    mailing.wait_for_dags("mailing")
    key = mailing.trigger("mailing", "r")
    mailing.wait_until_ended(key)
    until(lambda: len(sink.mails) == 4, lambda: str(sink.texts()))
    assert sorted(subject for subject, _ in sink.texts()) == [
        "Airflow alert: mailing.both r [failed]",
        "Airflow alert: mailing.both r [up_for_retry]",
        "Airflow alert: mailing.last r [failed]",
        "Airflow alert: mailing.retry r [up_for_retry]",
    ]
    assert all(to == ["a@example.com", "b@example.com"] for _, to, _ in sink.mails)
    assert all("ValueError: as planned" in body for _, body in sink.texts())


def test_own_templates(mailing: World, sink: Sink, tmp_path: Path) -> None:
    """§1.15 [email] subject_template, html_content_template; one that is broken does not keep the news
    back.
    """
    subject, body = tmp_path / "subject.txt", tmp_path / "body.html"
    subject.write_text("{{ ti.task_id }} of {{ dag.dag_id }}: {{ exception }}")
    body.write_text("<i>{{ try_number }}/{{ max_tries }}</i> {{ exception_html }} {{ nonsense.at_all }}")
    mailing.environ["AIRFLOW__EMAIL__SUBJECT_TEMPLATE"] = str(subject)
    mailing.environ["AIRFLOW__EMAIL__HTML_CONTENT_TEMPLATE"] = str(body)
    mailing.standalone()
    mailing.wait_for_dags("mailing")
    mailing.wait_until_ended(mailing.trigger("mailing", "r1"))
    until(lambda: len(sink.mails) == 4, lambda: str(sink.texts()))
    assert "both of mailing: as planned" in {text for text, _ in sink.texts()}
    assert all("<b>Exception:</b> ValueError: as planned" in text for _, text in sink.texts())
    assert "html_content_template" in mailing.task_log("mailing", "r1", "last", 2)
    body.write_text("<i>{{ try_number }}/{{ max_tries }}</i> {{ exception_html }}")
    mailing.wait_until_ended(mailing.trigger("mailing", "r2"))
    until(lambda: len(sink.mails) == 8, lambda: str(sink.texts()))
    last = [text for subject, text in sink.texts()[4:] if subject.startswith("last")]
    assert len(last) == 1
    assert last[0].startswith("<i>2/1</i> Traceback")


def test_a_killed_task_is_told_of_though_the_scheduler_dies(mailing: World, sink: Sink) -> None:
    """kill -9 to the task, and to the scheduler while the mail waits to be sent: it goes out once."""
    mailing.standalone()
    mailing.wait_for_dags("victims")
    key = mailing.trigger("victims", "r")
    [began] = mailing.begun(task="victim")
    host = mailing.one("worker-host")
    os.kill(host.pid, signal.SIGSTOP)  # nobody can send it
    os.kill(began["pid"], signal.SIGKILL)
    os.kill(host.pid, signal.SIGCONT)
    until(lambda: mailing.rows("select 1 from callback") or sink.mails, "the mail was decided on")
    mailing.kill("scheduler")
    until(lambda: sink.mails, "the mail was sent", 40)
    until(lambda: not mailing.rows("select 1 from callback"), "it is recorded as done")
    assert mailing.run_state(key) == "failed"
    assert [subject for subject, _ in sink.texts()] == ["Airflow alert: victims.victim r [failed]"]
    assert "SIGKILL" in sink.texts()[0][1]


def test_a_mail_that_cannot_be_sent_is_one_line(mailing: World) -> None:
    """What went wrong stands in the log without a traceback of ours; the task's end is what it was."""
    mailing.environ["AIRFLOW__SMTP__SMTP_PORT"] = "1"
    mailing.environ["AIRFLOW__SMTP__SMTP_RETRY_LIMIT"] = "1"
    mailing.standalone()
    mailing.wait_for_dags("mailing")
    key = mailing.trigger("mailing", "r")
    mailing.wait_until_ended(key)
    lines = [json.loads(line) for line in mailing.task_log("mailing", "r", "last", 2).splitlines()]
    (told,) = [line for line in lines if "mail" in line["event"]]
    assert told["event"].startswith(
        "The mail was not sent: The mail server 127.0.0.1:1 did not take the mail"
    )
    assert ("\n" in told["event"], told.get("exception")) == (False, None)
