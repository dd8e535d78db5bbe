"""§1.1 deadline: what a DAG file may write, and what it becomes."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tradewind.authoring import plugin_deadlines
from tradewind.authoring.dag import DAG
from tradewind.authoring.deadlines import (
    AsyncCallback,
    BaseDeadlineReference,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    amissed,
    deadline_reference,
    missed,
)
from tradewind.authoring.notifier import BaseNotifier
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.errors import AirflowException, DagDefinitionError, InvalidValue
from tradewind.domain.messages.plugins import DeadlineStart

CALLED: list[tuple] = []


def plain(context, **kwargs):
    CALLED.append((context["deadline"]["id"], kwargs))


async def asynchronous(**kwargs):
    CALLED.append(("async", sorted(kwargs)))


class Both(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def notify(self, context):
        CALLED.append(("sync", self.text))

    async def async_notify(self, context):
        CALLED.append(("async", self.text))


class Told(BaseNotifier):
    """Has no ``async_notify``."""

    def notify(self, context):
        CALLED.append(("told", threading.get_ident()))


def alert(callback, reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(minutes=5)):
    return DeadlineAlert(reference=reference, interval=interval, callback=callback, name="n")


def test_an_average_of_no_runs_is_of_ten_as_in_airflow() -> None:
    with DAG("d", deadline=alert(SyncCallback(plain), DeadlineReference.AVERAGE_RUNTIME(max_runs=0))) as dag:
        pass
    reference = to_spec(dag).deadlines[0]["reference"]
    assert reference == {"kind": "AVERAGE_RUNTIME", "max_runs": 10, "min_runs": 10}


def test_as_data() -> None:
    fixed = DeadlineReference.FIXED_DATETIME(datetime(2026, 1, 1, tzinfo=UTC))
    usual = DeadlineReference.AVERAGE_RUNTIME(limit=15, min_runs=5)
    with DAG("d", deadline=[alert(SyncCallback(plain), fixed), alert(AsyncCallback("a.b"), usual)]) as dag:
        pass
    first, second = to_spec(dag).deadlines
    assert first["reference"] == {"kind": "FIXED_DATETIME", "at": "2026-01-01T00:00:00+00:00"}
    assert (first["interval"], first["name"], first["callback"].split(".")[-1]) == (300.0, "n", "plain")
    assert second["reference"] == {"kind": "AVERAGE_RUNTIME", "max_runs": 15, "min_runs": 5}
    assert second["callback"] == "a.b"


def test_how_each_kind_is_called(runs) -> None:
    """Functions with keyword arguments, coroutines, notifiers with templates, import paths."""
    text = {"text": "{{ dag_run.dag_id }}"}
    with DAG(
        "d",
        deadline=[
            alert(SyncCallback(plain, kwargs={"a": 1})),
            alert(AsyncCallback(asynchronous)),
            alert(SyncCallback(Both, kwargs=text)),
            alert(AsyncCallback(Both, kwargs=text)),
        ],
    ) as dag:
        from tradewind.authoring.operators.empty import EmptyOperator

        task = EmptyOperator(task_id="t")
    CALLED.clear()
    run = runs.ti(task).dag_run
    for number in range(5):
        missed(dag, run, {"alert": number, "deadline": 7, "deadline_time": "2026-01-01T00:00:00+00:00"})
    assert CALLED == [(7, {"a": 1}), ("async", ["context"]), ("sync", "d"), ("async", "d")]


class NeedsWords(BaseDeadlineReference):
    def __init__(self, words):
        self.words = words


@deadline_reference
@dataclass
class AfterHours(BaseDeadlineReference):
    hours: int = 1

    def serialize_reference(self):
        return {"reference_type": self.reference_name, "hours": self.hours}


def test_a_reference_of_ones_own_crosses_by_its_name() -> None:
    assert DeadlineReference.AfterHours == AfterHours(1)
    spec = alert(SyncCallback(plain), AfterHours(3)).as_spec()
    assert spec["reference"] == {
        "kind": "PLUGIN",
        "name": f"{__name__}.AfterHours",
        "data": {"reference_type": "AfterHours", "hours": 3},
    }


class Given(BaseDeadlineReference):
    required_kwargs = ("run_id",)
    gives = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=2)))

    def _evaluate_with(self, *, session, **kwargs):
        CALLED.append(sorted(kwargs))
        return self.gives


class Queries(BaseDeadlineReference):
    def _evaluate_with(self, *, session, **kwargs):
        return session.scalar("SELECT 1")


ASKED = DeadlineStart(name="m.Given", dag_id="d", run_id="r")


def test_what_the_plug_in_host_makes_of_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLED.clear()
    assert plugin_deadlines.start(Given(), ASKED).at == datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert CALLED == [["run_id"]]
    monkeypatch.setattr(Given, "gives", None)
    assert plugin_deadlines.start(Given(), ASKED).at is None


def test_a_reference_that_gives_no_moment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        AirflowException, match=r"session\.scalar is not there: .* without Airflow's database"
    ):
        plugin_deadlines.start(Queries(), ASKED)
    monkeypatch.setattr(Given, "gives", datetime(2026, 1, 1))
    with pytest.raises(AirflowException, match="a date with a time zone is needed"):
        plugin_deadlines.start(Given(), ASKED)
    monkeypatch.setattr(Given, "required_kwargs", ("run_id", "moon"))
    with pytest.raises(AirflowException, match="it requires moon; there are dag_id, run_id"):
        plugin_deadlines.start(Given(), ASKED)


def test_a_reference_of_a_dag_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AfterHours, "__module__", f"{USER_MODULE_PREFIX}0_file")
    with pytest.raises(DagDefinitionError, match="Deadline reference AfterHours is defined in a DAG file"):
        alert(SyncCallback(plain), AfterHours()).as_spec()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AsyncCallback(plain), "SyncCallback"),
        (lambda: SyncCallback(3), "import path"),
        (lambda: alert(plain), "AsyncCallback or a SyncCallback"),
        (lambda: alert(SyncCallback(plain), interval=5), "timedelta"),
        (lambda: alert(SyncCallback(plain), reference="DAGRUN_QUEUED_AT"), "DeadlineReference"),
        (lambda: DeadlineReference.AVERAGE_RUNTIME(max_runs=-1), "at least 1"),
        (lambda: deadline_reference()(NeedsWords), "need no arguments to be made"),
    ],
)
def test_what_is_refused(make, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        make()


def test_how_each_kind_is_called_on_an_event_loop(runs) -> None:
    """Coroutines and ``async_notify`` on it; what is neither, beside it."""
    alerts = [AsyncCallback(asynchronous), AsyncCallback(Both, kwargs={"text": "{{ run_id }}"})]
    alerts += [AsyncCallback(Told), SyncCallback(plain, kwargs={"a": 1})]
    with DAG("d", deadline=[alert(callback) for callback in alerts]) as dag:
        from tradewind.authoring.operators.empty import EmptyOperator

        task = EmptyOperator(task_id="t")
    run = runs.ti(task).dag_run
    told = {"deadline": 7, "deadline_time": "2026-01-01T00:00:00+00:00"}

    async def all_of_them() -> int:
        for number in range(5):
            await amissed(dag, run, {"alert": number, **told})
        return threading.get_ident()

    CALLED.clear()
    loop = asyncio.run(all_of_them())
    assert CALLED[:2] == [("async", ["context"]), ("async", run.run_id)]
    (kind, thread), last = CALLED[2:]
    assert (kind, thread != loop) == ("told", True)
    assert last == (7, {"a": 1})


def test_whose_alerts_are_called_in_the_triggerer() -> None:
    spec = to_spec(DAG("d", deadline=[alert(SyncCallback(plain)), alert(AsyncCallback(asynchronous))]))
    assert [one.get("in_triggerer", False) for one in spec.deadlines] == [False, True]
