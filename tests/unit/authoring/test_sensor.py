"""§1.9 Sensors wait, give their slot back, time out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.sensor import BaseSensorOperator, PokeReturnValue, poke_mode_only
from tradewind.authoring.sensors.python import PythonSensor
from tradewind.domain import errors
from tradewind.domain.messages import data

NOW = datetime(2024, 5, 1, tzinfo=UTC)


class Clock:
    """Moves on by a second each time it is read."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Answers(BaseSensorOperator):
    def __init__(self, answers=(), **kwargs):
        super().__init__(**{"poke_interval": 0, "timeout": 100, **kwargs})
        self.answers = list(answers)
        self.clock = Clock()

    def poke(self, context):
        answer = self.answers.pop(0) if self.answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(runs, answers, **options):
    more = {name: options.pop(name) for name in ("first_start_date", "reschedule_count") if name in options}
    with DAG("d"):
        made = Answers(answers, task_id="a", **options)
    return runs.run(made, **more)[0]


def test_until_it_is_true(runs):
    assert run(runs, [False, False, True]) is None
    assert run(runs, [PokeReturnValue(False), PokeReturnValue(True, 5)]) == 5


def test_giving_the_slot_back(runs):
    with pytest.raises(errors.AirflowRescheduleException) as caught:
        run(runs, [False], mode="reschedule", poke_interval=60)
    assert caught.value.reschedule_date == NOW + timedelta(seconds=3 + 60)


def test_the_time_out_counts_from_the_first_look(runs):
    with pytest.raises(errors.AirflowSensorTimeout, match="its timeout is 100 s"):
        run(runs, [False], mode="reschedule", first_start_date=NOW - timedelta(seconds=101))


@pytest.mark.parametrize(
    ("more", "series"),
    [
        ({"try_number": 3, "max_tries": 2}, 1),
        ({"try_number": 6, "max_tries": 7}, 6),  # cleared after five tries: a new series has begun
        ({"try_number": 7, "max_tries": 7}, 6),
        ({"try_number": 1, "max_tries": 2, "lost": 1}, 1),
    ],
)
def test_all_tries_of_a_series_have_one_time_out(runs, more, series):
    """§1.9 timeout of mode reschedule: retries do not begin anew, a clear does."""
    first = NOW - timedelta(seconds=101)
    runs.link.answers[data.GetFirstReschedule] = first.isoformat()
    with DAG("d"):
        made = Answers([False], task_id="a", mode="reschedule", retries=2)
    asks = more["try_number"] > series or "lost" in more
    kind = errors.AirflowSensorTimeout if asks else errors.AirflowRescheduleException
    with pytest.raises(kind):
        runs.run(made, first_start_date=NOW, **more)
    asked = [request for request in runs.link.asked if isinstance(request, data.GetFirstReschedule)]
    assert asked == ([data.GetFirstReschedule(first_try=series)] if asks else [])


def test_a_sensor_that_keeps_its_slot_has_a_time_out_for_each_try(runs):
    """§1.9 timeout of mode poke."""
    runs.link.answers[data.GetFirstReschedule] = (NOW - timedelta(days=1)).isoformat()
    with DAG("d"):
        made = Answers([False, True], task_id="a", retries=2)
    assert runs.run(made, try_number=3, max_tries=2)[0] is None


def test_time_out(runs):
    with pytest.raises(errors.AirflowSensorTimeout):
        run(runs, [], timeout=5)
    with pytest.raises(errors.AirflowSkipException):
        run(runs, [], timeout=5, soft_fail=True)


@pytest.mark.parametrize(
    ("error", "options", "expected"),
    [
        (ValueError("x"), {}, ValueError),
        (ValueError("x"), {"silent_fail": True}, None),
        (ValueError("x"), {"never_fail": True}, errors.AirflowSkipException),
        (errors.AirflowFailException("x"), {}, errors.AirflowFailException),
        (errors.AirflowFailException("x"), {"soft_fail": True}, errors.AirflowSkipException),
        (errors.AirflowSkipException("x"), {}, errors.AirflowSkipException),
    ],
)
def test_errors_while_looking(runs, error, options, expected):
    if expected is None:
        assert run(runs, [error, True], **options) is None
    else:
        with pytest.raises(expected):
            run(runs, [error, True], **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "sleep"}, "poke, reschedule"),
        ({"poke_interval": -1}, "not below 0"),
        ({"timeout": "1"}, "seconds"),
    ],
)
def test_wrong_arguments(options, words):
    with pytest.raises(errors.InvalidValue, match=words):
        Answers(task_id="a", **options)


def test_poke_mode_only():
    marked = poke_mode_only(type("Marked", (Answers,), {}))
    with pytest.raises(errors.InvalidValue, match="Marked"):
        marked(task_id="a", mode="reschedule")
    assert not Answers(task_id="b", mode="poke").reschedule


def test_back_off_grows_and_is_spread():
    made = Answers(task_id="a", exponential_backoff=True, poke_interval=10, timeout=10_000, max_wait=300)
    first, fourth, late = (made.next_interval(looks, {}) for looks in (1, 4, 20))
    assert 10 <= first < 20
    assert 40 <= fourth < 80
    assert late == 300
    assert made.next_interval(4, {}) == fourth


def test_sensor_functions(runs):
    @task.sensor(poke_interval=0, timeout=5)
    def ready(value, ds):
        return PokeReturnValue(True, (value, ds))

    with DAG("d") as made:
        ready("x")
        PythonSensor(task_id="plain", python_callable=lambda: True)
    assert runs.run(made.get_task("ready"))[0] == ("x", "2024-01-31")
    assert runs.run(made.get_task("plain"))[0] is None
