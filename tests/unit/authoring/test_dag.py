"""§1.1 DAGs as files of every age write them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tradewind.authoring import defaults, scope
from tradewind.authoring.dag import DAG, dag
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.domain import errors
from tradewind.domain.spec import timetable as kinds

START = datetime(2024, 1, 1)


def chain_of(*task_ids: str, **options: object) -> DAG:
    made = DAG("d", start_date=START, **options)  # type: ignore[arg-type]
    tasks = [EmptyOperator(task_id=task_id, dag=made) for task_id in task_ids]
    for up, down in itertools.pairwise(tasks):
        up >> down
    return made


def test_schedule_interval_brings_the_defaults_of_its_age():
    made = DAG("d", schedule_interval="@daily", start_date=START)
    assert made.timetable_spec == kinds.CronDataIntervalTimetable(expression="0 0 * * *")
    assert made.catchup is True
    assert made.max_active_tasks_scope == "dag"


def test_schedule_brings_the_defaults_of_three():
    made = DAG("d", schedule="@daily", start_date=START)
    assert made.timetable_spec == kinds.CronTriggerTimetable(expressions=("0 0 * * *",))
    assert made.catchup is False
    assert made.max_active_tasks_scope == "run"


@pytest.mark.parametrize("keyword", ["schedule", "schedule_interval"])
def test_config_switches_override_the_age(keyword):
    defaults.use(defaults.Defaults(catchup=False, cron_intervals=True, delta_intervals=False))
    made = DAG("d", start_date=START, **{keyword: "@daily"})
    assert made.catchup is False
    assert isinstance(made.timetable_spec, kinds.CronDataIntervalTimetable)
    delta = DAG("e", start_date=START, **{keyword: timedelta(hours=1)})
    assert isinstance(delta.timetable_spec, kinds.DeltaTriggerTimetable)


def test_no_schedule_is_none():
    assert DAG("d").timetable_spec == kinds.NullTimetable()


def test_arguments_of_one_point_ten_by_position():
    made = DAG("d", "what it does", "@hourly", START)
    assert (made.description, made.schedule_interval) == ("what it does", "@hourly")
    assert made.start_date == START.replace(tzinfo=UTC)


def test_obsolete_arguments_are_taken():
    made = DAG(
        "d", concurrency=3, default_view="graph", orientation="TB", full_filepath="/x/y.py", fail_stop=True,
        sla_miss_callback=print,
    )  # fmt: skip
    assert (made.concurrency, made.max_active_tasks) == (3, 3)
    assert made.fileloc == "/x/y.py"
    assert made.fail_fast is made.fail_stop is True


def test_start_date_of_default_args_is_the_dags():
    zone = ZoneInfo("Asia/Shanghai")
    made = DAG(
        "d", default_args={"start_date": datetime(2024, 1, 1, tzinfo=zone)}, end_date=datetime(2024, 2, 1)
    )
    assert made.start_date == datetime(2023, 12, 31, 16, tzinfo=UTC)
    assert made.end_date == datetime(2024, 1, 31, 16, tzinfo=UTC)
    assert made.timezone is zone
    assert "only one of start_date and end_date has a time zone" in scope.notices()[0]


def test_cron_is_in_the_dags_time_zone():
    made = DAG(
        "d", schedule="30 6 * * 1-5", start_date=datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Zurich"))
    )
    assert made.timetable_spec == kinds.CronTriggerTimetable(
        expressions=("30 6 * * 1-5",), timezone="Europe/Zurich"
    )


@pytest.mark.parametrize(
    ("schedule", "words"),
    [("@dayly", "@daily"), ("61 * * * *", "61"), ("nonsense", "nonsense"), (12, "12"), ({}, "{}")],
)
def test_a_bad_schedule_is_named(schedule, words):
    with pytest.raises(errors.AirflowTimetableInvalid) as caught:
        DAG("d", schedule=schedule)
    assert words in str(caught.value)


def test_two_schedules_are_refused():
    with pytest.raises(errors.DagDefinitionError, match="more than one schedule"):
        DAG("d", schedule="@daily", schedule_interval="@daily")


def test_unknown_argument_says_what_was_meant():
    with pytest.raises(TypeError) as caught:
        DAG("d", schedul_interval="@daily")
    assert "'schedul_interval'" in str(caught.value)
    assert "Did you mean 'schedule_interval'?" in str(caught.value)


@pytest.mark.parametrize("dag_id", ["", "a b", "a/b", "ä", "x" * 251, None, "..."])
def test_ids_outside_the_grammar(dag_id):
    with pytest.raises(errors.InvalidId):
        DAG(dag_id)


def test_duplicate_task_ids():
    made = chain_of("a")
    with pytest.raises(errors.DuplicateTaskIdFound, match="'a' is used twice in DAG 'd'"):
        EmptyOperator(task_id="a", dag=made)


def test_a_cycle_is_shown():
    made = chain_of("a", "b", "c", "x")
    made.set_dependency("c", "a")
    with pytest.raises(errors.AirflowDagCycleException) as caught:
        made.validate()
    assert caught.value.path in {("a", "b", "c", "a"), ("b", "c", "a", "b"), ("c", "a", "b", "c")}


def test_topological_sort_and_relatives():
    made = chain_of("c", "b", "a")
    assert [task.task_id for task in made.topological_sort()] == ["c", "b", "a"]
    assert [task.task_id for task in made.roots] == ["c"]
    assert [task.task_id for task in made.leaves] == ["a"]
    assert made.get_task("a").get_flat_relative_ids(upstream=True) == {"b", "c"}


def test_missing_task_says_what_was_meant():
    with pytest.raises(errors.TaskNotFound, match="Did you mean 'extract'"):
        chain_of("extract").get_task("extrct")


def test_partial_subset():
    made = chain_of("a", "b", "c", "d")
    cut = made.partial_subset("^c$", include_downstream=False)
    assert cut.task_ids == ["a", "b", "c"]
    assert cut.get_task("c").downstream_task_ids == set()
    assert made.get_task("c").downstream_task_ids == {"d"}


def test_with_registers_unless_told_not_to():
    with DAG("seen") as seen:
        EmptyOperator(task_id="a")
    with DAG("hidden", auto_register=False):
        pass
    assert scope.registered() == [seen]
    assert seen.task_ids == ["a"]


def test_dag_decorator_makes_params():
    @dag(schedule=None, tags=["x"])
    def flow(n: int = 3):
        """What it is for."""
        EmptyOperator(task_id="a")

    made = flow()
    assert (made.dag_id, made.doc_md, made.task_ids) == ("flow", "What it is for.", ["a"])
    assert made.params["n"] == 3
    assert flow(5).params["n"] == 5


def test_what_follows_a_setup_must_have_all_success():
    """§1.6 setup and teardown: Airflow refuses other rules there, because a clear runs the setup again."""
    made = DAG("d")
    setup = EmptyOperator(task_id="make", dag=made).as_setup()
    work = EmptyOperator(task_id="work", trigger_rule="all_done", dag=made)
    setup >> work >> EmptyOperator(task_id="clean", dag=made).as_teardown(setups=setup)
    with pytest.raises(errors.DagDefinitionError, match=r"'work' .* after setup 'make' .* 'all_done'"):
        made.validate()
    work.trigger_rule = "all_success"
    made.validate()


def test_fail_fast_allows_no_other_rules():
    made = DAG("d", fail_fast=True)
    EmptyOperator(task_id="a", trigger_rule="all_done", dag=made)
    with pytest.raises(errors.DagDefinitionError, match="fail_fast"):
        made.validate()


def test_catchup_needs_a_start():
    with pytest.raises(errors.DagDefinitionError, match="no start_date"):
        DAG("d", schedule="@daily", catchup=True).validate()


def test_a_default_that_breaks_its_schema():
    from tradewind.authoring.params import Param

    params = {"n": Param("x", type="integer")}
    with pytest.raises(errors.ParamValidationError, match="DAG 'd': Invalid input for param n"):
        DAG("d", schedule="@daily", start_date=START, params=params).validate()
    DAG("d", params=params).validate()  # whoever asks for a run may give another
    (told,) = scope.notices()
    assert told.startswith("DAG 'd': Invalid input for param n") and "will be refused" in told


def test_required_params_forbid_a_schedule():
    """§1.13 required params forbid a schedule."""
    from tradewind.authoring.params import Param

    with pytest.raises(errors.DagDefinitionError, match=r"'d' has a schedule, and param 'n' has no default"):
        DAG("d", schedule="@daily", start_date=START, params={"n": Param(type="integer")}).validate()
    DAG("d", params={"n": Param(type="integer")}).validate()


@pytest.mark.parametrize("tags", ["x" * 101, ["x" * 101], [3]])
def test_bad_tags(tags):
    with pytest.raises(errors.InvalidValue):
        DAG("d", tags=tags)


def test_neighbours_in_time():
    made = DAG("d", schedule_interval="@daily", start_date=START)
    at = datetime(2024, 3, 1, tzinfo=UTC)
    assert made.following_schedule(at) == datetime(2024, 3, 2, tzinfo=UTC)
    assert made.previous_schedule(at) == datetime(2024, 2, 29, tzinfo=UTC)
    assert DAG("e", schedule_interval=None).previous_schedule(at) is None
