"""§1.1 deadline: what a DAG file may write, and what it becomes."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring.dag import DAG
from tradewind.authoring.deadlines import (
    AsyncCallback,
    BaseDeadlineReference,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    amissed,
    missed,
)
from tradewind.authoring.notifier import BaseNotifier
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.errors import InvalidValue

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


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AsyncCallback(plain), "SyncCallback"),
        (lambda: SyncCallback(3), "import path"),
        (lambda: alert(plain), "AsyncCallback or a SyncCallback"),
        (lambda: alert(SyncCallback(plain), interval=5), "timedelta"),
        (lambda: alert(SyncCallback(plain), reference="DAGRUN_QUEUED_AT"), "DeadlineReference"),
        (lambda: DeadlineReference.AVERAGE_RUNTIME(max_runs=0), "at least 1"),
        (lambda: alert(SyncCallback(plain), BaseDeadlineReference()).as_spec(), "AVERAGE_RUNTIME"),
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
