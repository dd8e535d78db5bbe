"""§1.2 Operators of every age: arguments, defaults, relations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring import scope
from tradewind.authoring.dag import DAG
from tradewind.authoring.edges import Label
from tradewind.authoring.operator import (
    BaseOperator,
    apply_defaults,
    chain,
    chain_linear,
    cross_downstream,
)
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import DummyOperator, EmptyOperator
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain import errors


def tasks(*names: str) -> list[EmptyOperator]:
    with DAG("d"):
        return [EmptyOperator(task_id=name) for name in names]


class OldOperator(BaseOperator):
    """As Airflow 1.x's users wrote them."""

    @apply_defaults
    def __init__(self, my_arg, other="x", *args, **kwargs):
        super(OldOperator, self).__init__(*args, **kwargs)  # noqa: UP008
        self.my_arg, self.other = my_arg, other


def test_default_args_reach_every_constructor_of_the_chain():
    made = DAG("d", default_args={"my_arg": 7, "retries": 4, "owner": "me", "unrelated": 1})
    task = OldOperator(task_id="a", dag=made)
    assert (task.my_arg, task.other, task.retries, task.owner) == (7, "x", 4, "me")


def test_default_args_of_groups_and_of_the_task_win_over_the_dags():
    made = DAG("d", default_args={"retries": 1, "queue": "dag", "pool_slots": 2})
    with made, TaskGroup("g", default_args={"retries": 2, "queue": "group"}):
        task = EmptyOperator(task_id="a", default_args={"retries": 3})
    assert (task.retries, task.queue, task.pool_slots) == (3, "group", 2)


def test_what_is_given_wins():
    with DAG("d", default_args={"retries": 1}):
        assert EmptyOperator(task_id="a", retries=0).retries == 0


def test_default_args_reach_a_class_without_kwargs_of_its_own():
    class Narrow(BaseOperator):
        def __init__(self, task_id, size=1):
            super().__init__(task_id=task_id)
            self.size = size

    with DAG("d", default_args={"size": 9, "retries": 5}):
        task = Narrow("a")
    assert (task.size, task.retries) == (9, 5)


def test_missing_arguments_are_named():
    with pytest.raises(TypeError, match=r"OldOperator \(task 'a'\) is missing keyword argument 'my_arg'"):
        OldOperator(task_id="a")
    with pytest.raises(errors.AirflowException, match="'task_id'"):
        EmptyOperator()


def test_unknown_arguments_say_what_was_meant():
    with pytest.raises(TypeError) as caught:
        BashOperator(task_id="a", bash_comand="x", bash_command="y")
    assert "Did you mean 'bash_command'?" in str(caught.value)
    with pytest.raises(
        TypeError, match=r"missing .* 'bash_command'.* no argument 'bash_comand'. Did you mean"
    ):
        BashOperator(task_id="b", bash_comand="x")


def test_obsolete_arguments_are_noted():
    BashOperator(task_id="a", bash_command="x", provide_context=True, xcom_push=True)
    assert "'provide_context'" in scope.notices()[0]


def test_names_of_one_point_ten():
    task = EmptyOperator(task_id="a", task_concurrency=3, trigger_rule="dummy")
    assert (task.max_active_tis_per_dag, task.task_concurrency, task.trigger_rule) == (3, 3, "always")
    other = DummyOperator(task_id="b", trigger_rule="none_failed_or_skipped")
    assert other.trigger_rule == "none_failed_min_one_success"


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("trigger_rule", "all_sucess", "Did you mean 'all_success'?"),
        ("weight_rule", "downstrem", "Did you mean 'downstream'?"),
        ("retries", "many", "whole number"),
        ("retries", -1, "at least 0"),
        ("retry_delay", "soon", "timedelta"),
        ("pool_slots", 0, "at least 1"),
        ("priority_weight", "high", "whole number"),
        ("start_date", 5, "datetime"),
        ("start_date", "someday", "date such as"),
        ("pool", "a/b", "Pool name"),
        ("on_lost", "weep", "retry, fail"),
    ],
)
def test_wrong_values_are_named(argument, value, words):
    with pytest.raises(errors.BadRequest) as caught:
        EmptyOperator(task_id="a", **{argument: value})
    assert words in str(caught.value)


def test_durations_and_dates_are_made_exact():
    with DAG("d", start_date=datetime(2024, 1, 1)):
        task = EmptyOperator(
            task_id="a", retry_delay=90, start_date="2024-03-01", execution_timeout=timedelta(hours=1)
        )
    assert task.retry_delay == timedelta(seconds=90)
    assert task.start_date == datetime(2024, 3, 1, tzinfo=UTC)


def test_mail_addresses():
    assert EmptyOperator(task_id="a", email="x@y.z; q@y.z").emails == ("x@y.z", "q@y.z")
    assert EmptyOperator(task_id="b", email=["x@y.z"]).emails == ("x@y.z",)


def test_wait_for_downstream_means_depends_on_past():
    assert EmptyOperator(task_id="a", wait_for_downstream=True).depends_on_past is True


def test_arrows():
    a, b, c, d = tasks("a", "b", "c", "d")
    a >> [b, c] >> d
    assert a.downstream_task_ids == {"b", "c"}
    assert d.upstream_task_ids == {"b", "c"}
    b.set_upstream(c)
    assert b.upstream_task_ids == {"a", "c"}
    assert (d << a) is a


def test_labels():
    a, b, c = tasks("a", "b", "c")
    a >> Label("yes") >> b
    [a, b] >> Label("both") >> c
    assert a.dag.get_edge_info("a", "b") == {"label": "yes"}
    assert a.dag.get_edge_info("b", "c") == {"label": "both"}
    assert c.upstream_task_ids == {"a", "b"}


def test_chains():
    a, b, c, d, e, f = tasks(*"abcdef")
    chain(a, [b, c], [d, e], f)
    assert (b.downstream_task_ids, c.downstream_task_ids) == ({"d"}, {"e"})
    assert f.upstream_task_ids == {"d", "e"}
    with pytest.raises(errors.DagDefinitionError, match="2 and 1"):
        chain([a, b], [c])


def test_cross_downstream_and_chain_linear():
    a, b, c, d = tasks(*"abcd")
    cross_downstream([a, b], [c, d])
    assert c.upstream_task_ids == d.upstream_task_ids == {"a", "b"}
    e, f = tasks("e", "f")
    chain_linear(e, [f])
    assert f.upstream_task_ids == {"e"}
    with pytest.raises(ValueError, match="at least two"):
        chain_linear(a)


def test_groups_on_either_side_of_an_arrow():
    with DAG("d") as made:
        start, end = EmptyOperator(task_id="start"), EmptyOperator(task_id="end")
        with TaskGroup("g") as group:
            a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
            a >> b
        start >> group >> end
    assert (a.upstream_task_ids, end.upstream_task_ids) == ({"start"}, {"g.b"})
    assert made.task_group_dict["g"].upstream_task_ids == {"start"}


def test_tasks_of_two_dags_cannot_depend_on_each_other():
    with DAG("one"):
        a = EmptyOperator(task_id="a")
    with DAG("two"):
        b = EmptyOperator(task_id="b")
    with pytest.raises(errors.DagDefinitionError, match="'one', 'two'"):
        a >> b


def test_a_task_without_dag_joins_that_of_its_neighbour():
    lone = EmptyOperator(task_id="lone")
    (a,) = tasks("a")
    a >> lone
    assert lone.dag is a.dag
    with pytest.raises(errors.DagDefinitionError, match="belong to no DAG"):
        EmptyOperator(task_id="x") >> EmptyOperator(task_id="y")


def test_what_is_no_task_cannot_be_a_dependency():
    (a,) = tasks("a")
    with pytest.raises(errors.DagDefinitionError, match="'b' \\(str\\)"):
        a >> "b"


def test_a_dag_can_be_given_later():
    task = EmptyOperator(task_id="a")
    made = DAG("d")
    task.dag = made
    assert made.task_ids == ["a"]
    with pytest.raises(errors.DagDefinitionError, match="cannot join"):
        task.dag = DAG("e")


def test_setups_and_teardowns():
    up, work, down = tasks("up", "work", "down")
    with down.as_teardown(setups=up):
        inside = EmptyOperator(task_id="inside", dag=up.dag)
    up >> work >> down
    assert up.is_setup and down.is_teardown
    assert down.trigger_rule == "all_done_setup_success"
    assert inside.upstream_task_ids == {"up"}
    assert inside.downstream_task_ids == {"down"}


def test_groups_ids_prefixes_and_suffixes():
    with DAG("d") as made:
        with TaskGroup("g"):
            EmptyOperator(task_id="a")
            with TaskGroup("h", prefix_group_id=False):
                EmptyOperator(task_id="b")
        with TaskGroup("g", add_suffix_on_collision=True) as second:
            EmptyOperator(task_id="a")
    assert made.task_ids == ["g.a", "b", "g__1.a"]
    assert second.group_id == "g__1"
    with pytest.raises(errors.DuplicateTaskIdFound), made:
        TaskGroup("g")


def test_subclasses_may_be_abstract():
    import abc

    class Base(BaseOperator, abc.ABC):
        @abc.abstractmethod
        def part(self): ...

    class Whole(Base):
        def part(self): ...

    assert Whole(task_id="a").task_type == "Whole"
    with pytest.raises(TypeError):
        Base(task_id="b")


def test_an_argument_may_have_any_name():
    class Named(BaseOperator):
        def __init__(self, cls, **kwargs):
            super().__init__(**kwargs)
            self.cls = cls

    assert Named(task_id="a", cls="x").cls == "x"
