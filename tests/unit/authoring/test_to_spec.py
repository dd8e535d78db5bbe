"""§1.1, §1.2 The same DAG gives the same spec, whatever the day and the process."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tradewind.authoring.assets import Asset
from tradewind.authoring.dag import DAG
from tradewind.authoring.edges import Label
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator, ShortCircuitOperator
from tradewind.authoring.params import Param
from tradewind.authoring.plain import plain
from tradewind.authoring.task_group import TaskGroup
from tradewind.authoring.to_spec import specs_of, to_spec
from tradewind.authoring.trigger import StartTriggerArgs
from tradewind.domain import codec
from tradewind.domain.messages.parsing import FileError
from tradewind.domain.spec.params import ParamSpec


def work(): ...


class Thing:
    pass


def build() -> DAG:
    with DAG(
        "d",
        schedule="@daily",
        start_date=datetime(2024, 1, 1),
        tags={"b", "a", "c"},
        doc_md="doc",
        params={"n": Param(1, type="integer"), "plain": "x"},
        on_failure_callback=work,
        dagrun_timeout=timedelta(hours=1),
        access_control={"Op": {"can_read", "can_edit"}},
        default_args={"owner": "me", "email": "a@b.c"},
    ) as made:
        a = BashOperator(task_id="a", bash_command="x" * 9000, retries=2, retry_delay=timedelta(minutes=1))
        with TaskGroup("g", tooltip="tip"):
            PythonOperator(
                task_id="b",
                python_callable=work,
                op_kwargs={"f": work, "o": Thing(), "s": {3, 1}, "p": partial(work)},
                on_success_callback=work,
                retry_exponential_backoff=True,
            )
            c = EmptyOperator(task_id="c", outlets=[Asset("s3://x/y")], start_date=datetime(2024, 2, 1))
        ShortCircuitOperator(task_id="z", python_callable=work, ignore_downstream_trigger_rules=False)
        EmptyOperator(task_id="e")
        a >> Label("yes") >> c
    return made


def test_equal_dags_give_equal_bytes():
    assert codec.encode(to_spec(build())) == codec.encode(to_spec(build()))


def test_equal_in_every_process():
    code = (
        "from tradewind.authoring import defaults, loader, to_spec; defaults.use(defaults.Defaults())\n"
        "from tradewind.domain import codec; import sys, hashlib\n"
        "from importlib.resources import files\n"
        "path = str(files('tradewind') / 'example_dags' / 'example_taskflow.py')\n"
        "found = loader.load_file(path, '/nowhere', folders=[])\n"
        "assert found.dags and not found.errors, found\n"
        "print(hashlib.sha256(b''.join(codec.encode(to_spec.to_spec(d)) for d in found.dags)).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            timeout=60,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_spec_survives_the_codec():
    spec = to_spec(build())
    assert codec.decode(codec.encode(spec)) == spec


def test_params_keep_the_order_of_the_file():
    spec = codec.decode(codec.encode(to_spec(DAG("d", params={"to": 1, "from": 2, "dry": False}))))
    assert spec.params_order == ("to", "from", "dry")
    assert to_spec(DAG("d", params={"a": 1, "b": 2})).params_order == ()


def test_the_dag():
    spec = to_spec(build())
    assert (spec.owners, spec.tags, spec.callbacks) == (("me",), ("a", "b", "c"), ("failure",))
    assert spec.start_date == datetime(2024, 1, 1, tzinfo=UTC)
    assert (spec.dagrun_timeout, spec.schedule_text, spec.timezone) == (3600.0, "@daily", "UTC")
    assert spec.params == {"n": ParamSpec(value=1, schema={"type": "integer"}), "plain": ParamSpec(value="x")}
    assert spec.edge_labels == {"a>>g.c": "yes"}
    assert spec.access_control == {"Op": ["can_edit", "can_read"]}
    assert [(group.group_id, group.tooltip) for group in spec.groups] == [("g", "tip")]


def test_its_tasks():
    spec = to_spec(build())
    assert [task.task_id for task in spec.tasks] == ["a", "e", "g.b", "g.c", "z"]
    a, b, c = spec.task("a"), spec.task("g.b"), spec.task("g.c")
    assert (a.retries, a.retry_delay, a.operator, a.email) == (2, 60.0, "BashOperator", ("a@b.c",))
    assert (b.retry_multiplier, b.callbacks, b.group_id) == (2.0, ("success",), "g")
    assert (c.upstream, c.is_empty, c.start_date) == (("a",), False, datetime(2024, 2, 1, tzinfo=UTC))
    assert c.outlets[0]["uri"] == "s3://x/y"
    assert spec.task("z").ignore_downstream_trigger_rules is False


def test_template_fields_are_plain():
    spec = to_spec(build())
    shown = spec.task("g.b").template_fields["op_kwargs"]
    assert shown["s"] == [1, 3]
    assert shown["f"].startswith("<callable") and "work" in shown["f"]
    assert "0x" not in repr(spec)
    assert spec.task("a").template_fields["bash_command"].endswith("(cut, 9000 characters)")


@pytest.mark.parametrize(
    "options",
    [{}, {"on_failure_callback": work}, {"on_retry_callback": work}],
)
def test_empty_tasks_need_no_process(options):
    with DAG("d") as made:
        EmptyOperator(task_id="a", **options)
    assert to_spec(made).task("a").is_empty


@pytest.mark.parametrize(
    "options", [{"on_success_callback": work}, {"outlets": [Asset("x")]}, {"pre_execute": work}]
)
def test_unless_somebody_waits_for_them(options):
    with DAG("d") as made:
        EmptyOperator(task_id="a", **options)
    assert not to_spec(made).task("a").is_empty


def test_subclasses_of_empty_that_work_are_not_empty():
    class Works(EmptyOperator):
        def execute(self, context):
            return 1

    with DAG("d") as made:
        Works(task_id="a")
    assert not to_spec(made).task("a").is_empty


@pytest.mark.parametrize("behind", [timedelta(), timedelta(days=1), timedelta(hours=5, seconds=3)])
def test_a_start_date_taken_from_the_clock_is_steadied(behind):
    def at(parse: datetime) -> datetime | None:
        made = DAG("d", start_date=parse + timedelta(milliseconds=2) - behind)
        made.loaded_between = (parse, parse + timedelta(milliseconds=40))
        return to_spec(made).start_date

    first = at(datetime(2024, 5, 5, 12, 0, 3, 123456, tzinfo=UTC))
    assert first == at(datetime(2024, 5, 5, 13, 10, 3, 654321, tzinfo=UTC))
    assert (first.hour, first.minute) == (0, 0)


def test_a_fixed_start_date_stays():
    made = DAG("d", start_date=datetime(2024, 5, 5, 12, 0, 3, 500000))
    made.loaded_between = (datetime(2024, 5, 6, tzinfo=UTC), datetime(2024, 5, 6, 0, 0, 0, 1000, tzinfo=UTC))
    assert to_spec(made).start_date == datetime(2024, 5, 5, 12, 0, 3, 500000, tzinfo=UTC)


def test_one_bad_dag_does_not_take_the_others_along():
    bad = DAG("bad", schedule="@daily", catchup=True)
    specs, found = specs_of([bad, build()], "/x.py")
    assert [spec.dag_id for spec in specs] == ["d"]
    assert found == (FileError(filename="/x.py", message=found[0].message, dag_id="bad"),)


def test_plain_never_fails():
    class Bad:
        def __str__(self):
            raise RuntimeError

        __repr__ = __str__

    deep: list = []
    deep.append(deep)
    assert "RuntimeError" in plain(Bad())
    assert "…" in repr(plain(deep))
    assert plain(float("nan")) == "nan"
    assert plain(b"ab") == "<2 bytes>"


class Starts(BashOperator):
    """``start_from_trigger``, with arguments that are template fields of the task, and others."""

    template_fields = ("text", "plain", "file")
    template_ext = (".sql",)
    start_from_trigger = True
    start_trigger_args = StartTriggerArgs(
        trigger_cls="m.T",
        next_method="go_on",
        trigger_kwargs={"text": ["{{ ds }}"], "plain": "p", "file": "q.sql", "other": "{{ stays }}"},
    )
    text = plain = file = ""


def test_which_arguments_of_a_starting_trigger_are_templates() -> None:
    """§1.10 start_from_trigger: those that are template fields of the operator, and hold a template."""
    with DAG("d") as dag:
        Starts(task_id="t", bash_command="true", queue="q")
    (task,) = to_spec(dag).tasks
    assert task.start_trigger is not None
    assert (task.start_templates, task.start_trigger["queue"]) == (("text", "file"), None)
