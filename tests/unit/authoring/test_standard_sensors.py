"""§1.9 the sensors that come with Tradewind, §1.8 the branches by date and weekday, and their hooks."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pendulum
import pytest

from tradewind import secrets
from tradewind.authoring.dag import DAG
from tradewind.authoring.hooks.filesystem import FSHook
from tradewind.authoring.hooks.package_index import PackageIndexHook
from tradewind.authoring.hooks.subprocess import SubprocessHook
from tradewind.authoring.operators.datetime import BranchDateTimeOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.weekday import BranchDayOfWeekOperator
from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.authoring.sensors.bash import BashSensor
from tradewind.authoring.sensors.date_time import DateTimeSensor
from tradewind.authoring.sensors.filesystem import FileSensor
from tradewind.authoring.sensors.time import TimeSensor
from tradewind.authoring.sensors.time_delta import TimeDeltaSensor, WaitSensor
from tradewind.authoring.sensors.weekday import DayOfWeekSensor
from tradewind.authoring.weekday import WeekDay
from tradewind.domain import errors
from tradewind.secrets.connection import Connection

WEDNESDAY = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


class At:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def dag():
    with DAG("d", schedule_interval="@daily", start_date=datetime(2020, 1, 1)) as made:
        yield made


@pytest.fixture
def connections(monkeypatch):
    """Connections of the test, before any others."""
    known: dict[str, Connection] = {}
    monkeypatch.setattr(secrets, "current", lambda: SimpleNamespace(get_connection=known.get))
    return lambda **fields: known.__setitem__(fields["conn_id"], Connection(**fields))


def is_done(runs, sensor, now=WEDNESDAY, **options):
    """One look in reschedule mode: is it done?"""
    sensor.clock = At(now)
    sensor.mode = "reschedule"
    try:
        runs.run(sensor, **options)
    except errors.AirflowRescheduleException:
        return False
    return True


@pytest.mark.parametrize("target", [WEDNESDAY, WEDNESDAY.isoformat(), "{{ '2024-05-01T12:00:00' }}"])
def test_date_time_sensor(runs, dag, target):
    sensor = DateTimeSensor(task_id="a", target_time=target)
    assert not is_done(runs, sensor)
    assert is_done(runs, sensor, WEDNESDAY + timedelta(seconds=1))


def test_date_time_sensor_with_what_is_no_date(runs, dag):
    with pytest.raises(errors.InvalidValue, match="soon"):
        is_done(runs, DateTimeSensor(task_id="a", target_time="soon"))


def test_time_sensor_keeps_to_the_day_on_which_it_began(runs, dag):
    sensor = TimeSensor(task_id="a", target_time=time(23, 59))
    assert not is_done(runs, sensor)
    after_midnight = WEDNESDAY + timedelta(hours=12, minutes=1)
    assert is_done(runs, sensor, after_midnight, first_start_date=WEDNESDAY)


def test_time_sensor_in_the_time_zone_of_the_dag(runs):
    with DAG("d", start_date=pendulum.datetime(2020, 1, 1, tz="Asia/Tokyo")):
        sensor = TimeSensor(task_id="a", target_time=time(21, 0))
    assert not is_done(runs, sensor)  # 12:00 in UTC is 21:00 in Tokyo
    assert is_done(runs, sensor, WEDNESDAY + timedelta(seconds=1))


def test_time_delta_sensor_counts_from_the_end_of_the_interval(runs, dag):
    ends = datetime(2024, 2, 1, 6, 30, tzinfo=UTC)
    sensor = TimeDeltaSensor(task_id="a", delta=timedelta(hours=2))
    assert not is_done(runs, sensor, ends + timedelta(hours=2))
    assert is_done(runs, sensor, ends + timedelta(hours=2, seconds=1))
    in_minutes = TimeDeltaSensor(task_id="b", delta="{{ 60 * 2 }}")
    assert is_done(runs, in_minutes, ends + timedelta(hours=2, seconds=1))


def test_a_deferrable_wait_that_is_over_gives_true(runs) -> None:
    """§1.9: so it is where it waits by looking; one that waited in the triggerer gives nothing."""
    with DAG("d", schedule=None):
        made = TimeDeltaSensor(task_id="a", delta=timedelta(0), deferrable=True)
    assert runs.run(made)[0] is True


def test_time_delta_sensor_of_a_run_without_an_interval(runs, dag):
    sensor = TimeDeltaSensor(task_id="a", delta=timedelta(0))
    run_after = datetime(2024, 2, 1, 6, 30, tzinfo=UTC)
    assert not is_done(runs, sensor, run_after, at=None)
    assert is_done(runs, sensor, run_after + timedelta(seconds=1), at=None)


def test_wait_sensor_counts_from_its_first_start(runs, dag):
    began = {"first_start_date": WEDNESDAY - timedelta(minutes=5)}
    assert not is_done(runs, WaitSensor(task_id="a", time_to_wait=timedelta(minutes=6)), **began)
    assert is_done(runs, WaitSensor(task_id="b", time_to_wait=timedelta(minutes=4)), **began)
    assert is_done(runs, WaitSensor(task_id="c", time_to_wait=4), **began)
    with pytest.raises(errors.InvalidValue, match="whole number of minutes"):
        is_done(runs, WaitSensor(task_id="e", time_to_wait="long"), **began)


def test_wait_sensor_sleeps_no_longer_than_needed(runs, dag):
    sensor = WaitSensor(task_id="a", time_to_wait=timedelta(seconds=30))
    sensor.clock = At(WEDNESDAY)
    assert sensor.next_interval(1, {}) == 30


@pytest.mark.parametrize(
    ("days", "options", "done"),
    [
        ("Wednesday", {}, True),
        ({WeekDay.WEDNESDAY, WeekDay.MONDAY}, {}, True),
        (["Sunday", "monday"], {}, False),
        ("Thursday", {"use_task_logical_date": False}, False),
        (WeekDay.WEDNESDAY, {"use_task_execution_day": True}, True),
        (WeekDay.THURSDAY, {"use_task_logical_date": True}, False),
    ],
)
def test_day_of_week_sensor(runs, dag, days, options, done):
    sensor = DayOfWeekSensor(task_id="a", week_day=days, **options)
    assert is_done(runs, sensor) is done  # the logical date of these runs is a Wednesday too


def test_a_day_that_is_none(dag):
    with pytest.raises(errors.InvalidValue, match="Wensday"):
        DayOfWeekSensor(task_id="a", week_day="Wensday")


def test_bash_sensor(runs, dag, tmp_path):
    flag = tmp_path / "flag"
    sensor = BashSensor(task_id="a", bash_command=f"echo {{{{ ds }}}}; test -e {flag}")
    assert not is_done(runs, sensor)
    flag.touch()
    assert is_done(runs, sensor)
    assert not is_done(runs, BashSensor(task_id="b", bash_command="exit 3", retry_exit_code=3))
    with pytest.raises(errors.AirflowFailException, match="exit code 4"):
        is_done(runs, BashSensor(task_id="c", bash_command="exit 4", retry_exit_code=3))
    assert not is_done(runs, BashSensor(task_id="e", bash_command="exit $X", env={"X": "3"}))


def test_file_sensor(runs, dag, tmp_path, connections):
    connections(conn_id="data", conn_type="fs", extra=json.dumps({"path": str(tmp_path)}))
    sensor = FileSensor(task_id="a", filepath="in/*.csv", fs_conn_id="data")
    folder = FileSensor(task_id="b", filepath="in", fs_conn_id="data")
    deep = FileSensor(task_id="c", filepath="**/x.csv", fs_conn_id="data", recursive=True)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    assert [is_done(runs, one) for one in (sensor, folder, deep)] == [False, False, False]
    (tmp_path / "in" / "deep" / "x.csv").touch()
    assert [is_done(runs, one) for one in (sensor, folder, deep)] == [False, True, True]
    (tmp_path / "in" / "y.csv").touch()
    assert is_done(runs, sensor)


def test_file_sensor_without_connection(runs, dag, tmp_path, connections):
    (tmp_path / "x").touch()
    assert is_done(runs, FileSensor(task_id="a", filepath=str(tmp_path / "x")))
    with pytest.raises(errors.ConnectionNotFound, match="other"):
        is_done(runs, FileSensor(task_id="b", filepath="x", fs_conn_id="other"))


@pytest.mark.parametrize(
    ("lower", "upper", "branch"),
    [
        (time(10), time(13), "yes"),
        (time(12, 1), time(13), "no"),
        (time(10), time(11), "no"),
        (time(11), time(2), "yes"),  # until two o'clock of the next day
        (None, time(13), "yes"),
        (time(13), None, "no"),
        (datetime(2024, 5, 1, 11), datetime(2024, 5, 1, 13), "yes"),
        (datetime(2024, 5, 2), datetime(2024, 5, 1), "no"),
    ],
)
def test_branch_by_date_and_time(runs, dag, lower, upper, branch):
    made = BranchDateTimeOperator(
        task_id="a", follow_task_ids_if_true="yes", follow_task_ids_if_false=["no"],
        target_lower=lower, target_upper=upper,
    )  # fmt: skip
    made.clock = At(WEDNESDAY)
    made >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert runs.run(made)[1].skip == ({"yes": "no", "no": "yes"}[branch],)


def test_branch_by_logical_date(runs, dag):
    options = {"follow_task_ids_if_true": "yes", "follow_task_ids_if_false": "no"}
    made = BranchDateTimeOperator(
        task_id="a", target_lower=time(6), target_upper=time(7), use_task_logical_date=True, **options
    )
    days = BranchDayOfWeekOperator(task_id="b", week_day="Wednesday", use_task_logical_date=True, **options)
    for task in (made, days):
        task.clock = At(datetime(2024, 5, 2, 20, tzinfo=UTC))
        task >> [dag.task_dict.get(name) or EmptyOperator(task_id=name) for name in ("yes", "no")]
    assert [runs.run(task)[1].skip for task in (made, days)] == [("no",), ("no",)]


def test_branch_by_no_limit_at_all(dag):
    with pytest.raises(errors.InvalidValue, match="not both be None"):
        BranchDateTimeOperator(
            task_id="a", follow_task_ids_if_true="x", follow_task_ids_if_false="y", target_lower=None,
            target_upper=None,
        )  # fmt: skip


@pytest.mark.parametrize(("day", "skipped"), [("Wednesday", "no"), (["Monday", "Friday"], "yes")])
def test_branch_by_weekday(runs, dag, day, skipped):
    made = BranchDayOfWeekOperator(
        task_id="a", follow_task_ids_if_true="yes", follow_task_ids_if_false="no", week_day=day
    )
    made.clock = At(WEDNESDAY)
    made >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert runs.run(made)[1].skip == (skipped,)


# --- how sensors end


class Deferring(BaseSensorOperator):
    """Came back from its trigger, which tells what to raise."""

    def back(self, context, event):
        raise event

    def poke(self, context):
        raise AssertionError("not called")


@pytest.mark.parametrize(
    ("raised", "options", "expected"),
    [
        (errors.AirflowException("x"), {}, errors.AirflowException),
        (errors.AirflowException("x"), {"soft_fail": True}, errors.AirflowSkipException),
        (errors.AirflowException("x"), {"never_fail": True}, errors.AirflowSkipException),
        (ValueError("x"), {"soft_fail": True}, ValueError),
    ],
)
def test_what_a_resumed_sensor_raises(dag, raised, options, expected):
    with pytest.raises(expected) as caught:
        Deferring(task_id="a", **options).resume_execution("back", {"event": raised}, {})
    assert type(caught.value) is expected


def test_a_trigger_that_came_too_late_is_a_sensor_that_timed_out(dag):
    late = {"error": "Trigger timeout"}
    with pytest.raises(errors.AirflowSensorTimeout):
        Deferring(task_id="a").resume_execution("__fail__", late, {})
    with pytest.raises(errors.AirflowSkipException):
        Deferring(task_id="b", soft_fail=True).resume_execution("__fail__", late, {})


# --- hooks


def test_fs_hook(connections, tmp_path):
    connections(conn_id="data", conn_type="fs", extra=json.dumps({"path": str(tmp_path)}))
    connections(conn_id="none", conn_type="fs")
    assert FSHook("data").get_path() == str(tmp_path)
    assert FSHook().get_path() == "/"
    assert FSHook("data").test_connection()[0] is True
    assert FSHook("none").test_connection() == (False, "The connection has no path in its extra.")


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "https://x.test/simple"}, "https://x.test/simple"),
        ({"host": "https://x.test/simple", "login": "me"}, "https://me@x.test/simple"),
        ({"host": "https://x.test/s", "login": "a b", "password": "p/w"}, "https://a%20b:p%2Fw@x.test/s"),
    ],
)
def test_package_index_hook(connections, fields, url):
    connections(conn_id="pi", conn_type="package_index", **fields)
    assert PackageIndexHook("pi").get_connection_url() == url


def test_package_index_hook_without_host(connections):
    connections(conn_id="pi", conn_type="package_index")
    assert PackageIndexHook("pi").test_connection()[0] is False


def test_subprocess_hook(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        ended = SubprocessHook().run_command(
            ["sh", "-c", "echo $X; pwd; exit 3"], {"X": "1"}, cwd=str(tmp_path)
        )
    assert (ended.exit_code, ended.output) == (3, str(tmp_path))
    assert "1" in [record.getMessage() for record in caplog.records]
