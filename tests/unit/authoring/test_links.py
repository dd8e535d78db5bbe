"""§1.21 Extra links: whose links a task has, and what its process pushes of them."""

from __future__ import annotations

import json
import logging
from datetime import datetime

import pytest

from tradewind.authoring import execution, operator_link, to_spec
from tradewind.authoring.dag import DAG
from tradewind.authoring.operator_link import BaseOperatorLink
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.authoring.plugin import AirflowPlugin


class Link(BaseOperatorLink):
    def __init__(self, name, text, *operators):
        self.title, self.text, self.operators = name, text, list(operators)

    @property
    def name(self):
        return self.title

    @property
    def xcom_key(self):
        return f"{self.title}_{self.text}"

    def get_link(self, operator, *, ti_key):
        if self.text == "broken":
            raise ValueError("no such system")
        return f"https://{self.text}/{ti_key.task_id}"


class Dated:
    """As written for Airflow 1.10 and 2.2."""

    name = "dated"

    def get_link(self, operator, dttm):
        return f"https://dated/{dttm:%Y-%m-%d}"


class Linked(BashOperator):
    operator_extra_links = (Link("docs", "own"), Link("bad", "broken"), Dated())


@pytest.fixture
def plugin(monkeypatch):
    monkeypatch.setattr(operator_link, "_plugins", [])

    class Plugin(AirflowPlugin):
        name = "links"
        global_operator_extra_links = [Link("docs", "everywhere"), Link("help", "everywhere")]  # noqa: RUF012
        operator_extra_links = [Link("bad", "mended", Linked)]  # noqa: RUF012

    return Plugin


def keys(task):
    return dict(to_spec.task_spec(task).extra_links)


def test_links_of_plugins(plugin):
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1)):
        linked, plain = Linked(task_id="a", bash_command="x"), EmptyOperator(task_id="b")
        mapped = Linked.partial(task_id="c").expand(bash_command=["x"])
    own = {"docs": "docs_own", "bad": "bad_mended", "dated": "_link_Dated", "help": "help_everywhere"}
    assert keys(linked) == keys(mapped) == own
    assert keys(plain) == {"docs": "docs_everywhere", "help": "help_everywhere"}
    assert linked.extra_links == sorted(own)


def test_one_link_that_fails_keeps_nobody_from_the_others(runs, caplog, monkeypatch):
    monkeypatch.setattr(operator_link, "_plugins", [])
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1)):
        ti = runs.ti(Linked(task_id="a", bash_command="x"))
    task, context = execution.prepare(ti)
    execution.push_links(task, context, logging.getLogger("airflow.task"))
    pushed = {key: json.loads(value) for (_, key, _), value in runs.link.xcoms.items()}
    assert pushed == {"docs_own": "https://own/a", "_link_Dated": "https://dated/2024-01-31"}
    assert "The link 'bad' failed" in caplog.text and "no such system" in caplog.text


def test_the_run_that_was_triggered(runs, monkeypatch):
    monkeypatch.setattr(operator_link, "_plugins", [])
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1)):
        ti = runs.ti(TriggerDagRunOperator(task_id="a", trigger_dag_id="other"))
    task, context = execution.prepare(ti)
    log = logging.getLogger("airflow.task")
    execution.push_links(task, context, log)
    assert runs.link.xcoms == {}, "nothing was triggered yet"
    runs.link.put("a", "manual__1", key="trigger_run_id")
    execution.push_links(task, context, log)
    address = json.loads(runs.link.xcoms["a", "_link_TriggerDagRunLink", -1])
    assert address.endswith("/dags/other/runs/manual__1")
