"""Small things that DAG files and provider packages of all ages import, and what they do."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from tradewind.authoring import (
    argument_defaults,
    asking,
    calling,
    commands,
    defaults,
    executors,
    files,
    helpers,
    logging_mixin,
    oddments,
    other_python,
    rows,
    secrets_masker,
    xcom,
    xcoms,
)
from tradewind.authoring.asset_events import OutletEvents
from tradewind.authoring.assets import Asset, Metadata
from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.python import PythonOperator
from tradewind.domain import errors
from tradewind.domain.messages import data


def inside(runs, work):
    """What a function gives that runs as a task."""
    with DAG("d", schedule=None, start_date=datetime(2020, 1, 1)):
        task = PythonOperator(task_id="a", python_callable=work)
    return runs.run(task)[0]


# --- processes and files


def test_execute_in_subprocess(caplog, tmp_path):
    with caplog.at_level(logging.INFO):
        commands.execute_in_subprocess(["sh", "-c", "echo $X; pwd"], cwd=str(tmp_path), env={"X": "here"})
    assert {"here", str(tmp_path)} <= {record.getMessage() for record in caplog.records}
    with pytest.raises(subprocess.CalledProcessError, match="status 3"):
        commands.execute_in_subprocess(["sh", "-c", "exit 3"])


def test_patch_environ(monkeypatch):
    monkeypatch.setenv("TW_A", "before")
    with commands.patch_environ({"TW_A": 1, "TW_B": "2"}):
        assert (os.environ["TW_A"], os.environ["TW_B"]) == ("1", "2")
    assert (os.environ["TW_A"], os.environ.get("TW_B")) == ("before", None)


def test_files(tmp_path):
    files.mkdirs(str(tmp_path / "a" / "b"))
    files.mkdirs(str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()
    assert files.correct_maybe_zipped(str(tmp_path)) == str(tmp_path)
    assert files.correct_maybe_zipped(None) is None
    assert files.get_unique_dag_module_name("/dags/x.py").endswith("_x")


def test_parse_template_string():
    assert helpers.parse_template_string("plain") == ("plain", None)
    text, template = helpers.parse_template_string("a {{ b }}")
    assert (text, template.render(b=1)) == (None, "a 1")


def test_numbers_that_the_database_can_hold():
    assert helpers.db_safe_priority(2**40) == helpers.DB_SAFE_MAXIMUM == 2147483647
    assert helpers.db_safe_priority(-(2**40)) == helpers.DB_SAFE_MINIMUM


# --- calling


def test_make_kwargs_callable():
    assert calling.make_kwargs_callable(lambda a, *, b: (a, b))(1, b=2, c=3) == (1, 2)


def test_execution_callable_runner():
    events = OutletEvents()
    asset = Asset("s3://b/k")

    def work():
        yield Metadata(asset, {"rows": 3})
        return "done"

    assert calling.ExecutionCallableRunner(work, events, logger=None).run() == "done"
    assert events[asset].extra == {"rows": 3}
    assert calling.ExecutionCallableRunner(lambda x: x, events).run(5) == 5


def test_remove_task_decorator():
    source = "@task.docker(image='x',\n  n=1)\n@other\ndef f():\n    return 1\n"
    assert other_python.remove_task_decorator(source, "@task.docker") == "@other\ndef f():\n    return 1\n"


def test_printed_lines_become_log_lines(caplog):
    log = logging.getLogger("tests.printed")
    with caplog.at_level(logging.INFO), logging_mixin.redirect_stdout(log, logging.INFO):
        print("one\ntwo", end="")
    assert [record.getMessage() for record in caplog.records] == ["one", "two"]


def test_secrets_masker():
    secrets_masker.SecretsMasker().add_mask("swordfish-of-this-test")
    assert secrets_masker.SecretsMasker().redact("a swordfish-of-this-test") == "a ***"


# --- rows, XComs, runs


def test_rows_import_and_say_what_to_use_instead():
    assert rows.Pool.DEFAULT_POOL_NAME == "default_pool"
    for use in (lambda: rows.DagModel.get_current("x"), lambda: rows.DagModel.dag_id, lambda: rows.Log(id=1)):
        with pytest.raises(rows.NoDatabase, match=r"needs|makes a row"):
            use()
    with pytest.raises(rows.NoDatabase, match="clearTaskInstances"):
        rows.clear_task_instances([], None)


def test_xcoms_without_a_task_instance_in_hand(runs):
    runs.link.put("b", [1, 2])
    runs.link.put("m", "x", map_index=1)
    runs.link.put("m", "w", map_index=0)

    def work(ti):
        xcoms.XCom.set("k", {"at": datetime(2024, 1, 1, tzinfo=UTC)})
        key = ti.key
        return (
            xcoms.XCom.get_one(task_id="b", run_id="r1"), xcoms.XCom.get_one(task_id="nobody"),
            xcoms.XCom.get_all(task_id="m"), xcoms.XCom.get_value(ti_key=key, key="k"),
        )  # fmt: skip

    assert inside(runs, work) == ([1, 2], None, ["w", "x"], {"at": datetime(2024, 1, 1, tzinfo=UTC)})
    with pytest.raises(errors.AirflowException, match="tasks push their own"):
        inside(runs, lambda: xcoms.XCom.set("k", 1, task_id="b"))


def test_json_coders():
    value = {"at": datetime(2024, 1, 1, tzinfo=UTC), "set": {1}, "pause": timedelta(1)}
    text = json.dumps(value, cls=xcoms.XComEncoder)
    assert json.loads(text, cls=xcoms.XComDecoder) == value
    assert json.loads(json.dumps(value, cls=xcoms.PlainEncoder))["at"].startswith("2024-01-01T00:00")


def test_trigger_dag(runs):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r", "dag_is_paused": False}
    found = inside(runs, lambda: asking.trigger_dag("x", conf={"a": 1}, execution_date="2024-01-01"))
    assert found == {"run_id": "r", "dag_is_paused": False}
    request = runs.link.asked[0]
    assert (request.conf, request.logical_date) == ('{"a": 1}', datetime(2024, 1, 1, tzinfo=UTC))


# --- names


def test_executor_names():
    assert executors.LocalExecutor(parallelism=4).parallelism == 4
    assert repr(executors.SequentialExecutor()) == "SequentialExecutor(parallelism=0)"


def test_defaults_are_those_of_the_configuration():
    defaults.use(defaults.Defaults(owner="me", retries=3))
    assert (argument_defaults.DEFAULT_OWNER, argument_defaults.DEFAULT_RETRIES) == ("me", 3)
    with pytest.raises(AttributeError):
        argument_defaults.DEFAULT_NONSENSE


def test_deprecated_classes(monkeypatch):
    module = ModuleType("tests_old_provider")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    oddments.add_deprecated_classes({module.__name__: {"Old": "datetime.timedelta"}}, module.__name__)
    assert module.Old is timedelta
    with pytest.raises(AttributeError):
        module.Other


def test_xcoms_are_read_by_the_back_end_that_keeps_them(runs, monkeypatch):
    class Shouting(xcom.BaseXCom):
        @staticmethod
        def deserialize_value(result):
            return f"{xcom.BaseXCom.deserialize_value(result)} of {result.task_id}".upper()

    monkeypatch.setattr(xcom, "resolve_xcom_backend", lambda: Shouting)
    runs.link.put("b", "value")
    runs.link.put("m", "w", map_index=0)

    def work():
        return xcoms.XCom.get_one(task_id="b", run_id="r1"), xcoms.XCom.get_all(task_id="m")

    assert inside(runs, work) == ("VALUE OF B", ["W OF M"])
