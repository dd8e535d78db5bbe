"""§1.3, §1.4, §1.5 ``@task``, ``@task_group``, mapping and results of tasks as arguments."""

from __future__ import annotations

import pytest

from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import result, setup, task, task_group, teardown
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.to_spec import task_spec
from tradewind.authoring.xcom_arg import XComArg
from tradewind.domain import errors
from tradewind.domain.spec.mapping import MapInput, MappingSpec


@task
def one():
    return 1


@task
def add(a, b=2):
    """Adds."""
    return a + b


def test_a_result_as_argument_makes_a_dependency():
    with DAG("d") as made:
        add(one(), b=[{"deep": one()}])
    assert made.get_task("add").upstream_task_ids == {"one", "one__1"}
    assert made.get_task("add").doc_md == "Adds."
    assert made.get_task("add").operator_name == "@task"


def test_a_function_used_twice_gets_a_number():
    with DAG("d") as made:
        one(), one(), one()
        one.override(task_id="other", retries=3)()
    assert made.task_ids == ["one", "one__1", "one__2", "other"]
    assert made.get_task("other").retries == 3


def test_keys_of_a_result():
    @task
    def both() -> dict[str, int]:
        return {"x": 1}

    with DAG("d") as made:
        add(both()["x"])
    assert made.get_task("both").multiple_outputs is True
    assert list(made.get_task("add").op_args) == [XComArg(made.get_task("both"), "x")]


def test_multiple_outputs_only_where_the_annotation_says_so():
    @task
    def text() -> str:
        return ""

    @task(multiple_outputs=True)
    def told(): ...

    with DAG("d") as made:
        text(), told()
    assert made.get_task("text").multiple_outputs is False
    assert made.get_task("told").multiple_outputs is True


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (add, "missing argument a"),
        (lambda: add(1, 2, 3), "takes 2 positional arguments, but 3"),
        (lambda: add(1, c=2), "no argument 'c'"),
        (lambda: add.expand(aa=[1]), "Did you mean 'a'?"),
        (lambda: add.partial(a=1).expand(a=[1]), "both partial"),
        (add.expand, "needs an argument"),
        (lambda: add.expand(a=5), "needs lists"),
    ],
)
def test_wrong_calls_are_found_when_the_file_is_read(call, words):
    with pytest.raises((errors.AirflowException, TypeError)) as caught, DAG("d") as made:
        call()
        for each in made.tasks:
            task_spec(each)
    assert words in str(caught.value)


def test_a_result_can_neither_be_walked_nor_indexed_before_it_is_there():
    with DAG("d"):
        value = one()
    with pytest.raises(TypeError, match="before it has run"):
        list(value)
    with pytest.raises(ValueError, match="is not known"):
        value[0]


def test_expand_makes_a_mapping_spec():
    with DAG("d") as made:
        add.partial(b=1).expand(a=[1, 2, 3])
        add.expand(a=one(), b=[1, 2])
        BashOperator.partial(task_id="sh", retries=2).expand(bash_command=["x", "y"])
    assert task_spec(made.get_task("add")).mapping == MappingSpec(names=("a",), inputs=(MapInput(length=3),))
    second = task_spec(made.get_task("add__1"))
    assert second.mapping == MappingSpec(
        names=("a", "b"), inputs=(MapInput(task_id="one"), MapInput(length=2))
    )
    assert second.upstream == ("one",)
    shell = task_spec(made.get_task("sh"))
    assert (shell.operator, shell.retries, shell.mapping.names) == ("BashOperator", 2, ("bash_command",))


def test_expand_kwargs_zip_and_concat():
    with DAG("d") as made:
        add.expand_kwargs([{"a": 1}, {"a": 2, "b": 3}])
        add.partial(b=0).expand(a=one().zip(one(), fillvalue=0))
        add.partial(b=0).expand(a=one().concat(one().map(str)))
    mappings = [task_spec(t).mapping for t in made.tasks if t.is_mapped]
    assert mappings[0] == MappingSpec(kind="dicts", inputs=(MapInput(length=2),))
    assert (mappings[1].inputs[0].combine, mappings[1].inputs[0].fill) == ("zip", True)
    assert [part.task_id for part in mappings[2].inputs[0].parts] == ["one__2", "one__3"]


def test_what_the_scheduler_must_know_cannot_be_mapped():
    with DAG("d"), pytest.raises(errors.DagDefinitionError, match="queue must be the same"):
        BashOperator.partial(task_id="a", bash_command="x").expand(queue=["a", "b"])
    with pytest.raises(TypeError, match="Did you mean 'bash_command'"):
        BashOperator.partial(task_id="a").expand(bash_comand=["x"])


def test_each_mapped_instance_gets_its_own_arguments(runs):
    with DAG("d", default_args={"owner": "me"}) as made:
        add.expand(a=[10, 20], b=[1, 2, 3])
        add.expand(a=one(), b=[1])
        BashOperator.partial(task_id="sh", env={"A": "1"}).expand(bash_command=["echo x", "echo y"])
    assert [runs.run(made.get_task("add"), map_index=i)[0] for i in range(6)] == [11, 12, 13, 21, 22, 23]
    runs.link.put("one", [100, 200])
    assert runs.run(made.get_task("add__1"), map_index=1)[0] == 201
    value, ti = runs.run(made.get_task("sh"), map_index=1)
    assert (value, ti.task.owner, ti.task.env) == ("y", "me", {"A": "1"})


def test_map_functions_run_for_the_instance_only(runs):
    seen = []

    def watch(value):
        seen.append(value)
        if value == 3:
            raise errors.AirflowSkipException
        return value * 2

    with DAG("d") as made:
        add.partial(b=0).expand(a=one().map(watch))
    runs.link.put("one", [1, 2, 3])
    assert runs.run(made.get_task("add"), map_index=1)[0] == 4
    assert seen == [2]
    with pytest.raises(errors.AirflowSkipException):
        runs.run(made.get_task("add"), map_index=2)


def test_results_of_mapped_tasks_come_as_a_list(runs):
    @task
    def total(values):
        return sum(values)

    with DAG("d") as made:
        total(add.partial(b=0).expand(a=[1, 2]))
    for index, value in enumerate((5, 6)):
        runs.link.put("add", value, map_index=index)
    assert runs.run(made.get_task("total"))[0] == 11


def test_a_group_function():
    @task_group
    def group(x):
        return add(x)

    with DAG("d") as made:
        group(one()) >> EmptyOperator(task_id="end")
        group(2)
    assert made.task_ids == ["one", "group.add", "end", "group__1.add"]
    assert made.get_task("group.add").upstream_task_ids == {"one"}
    assert made.get_task("end").upstream_task_ids == {"group.add"}


def test_a_mapped_group(runs):
    @task_group
    def group(x):
        add(add(x))

    with DAG("d") as made:
        group.expand(x=one())
    assert made.task_group_dict["group"].mapping.spec().inputs == (MapInput(task_id="one"),)
    assert made.get_task("group.add").upstream_task_ids == {"one"}
    runs.link.put("one", [7, 8])
    assert runs.run(made.get_task("group.add"), map_index=1)[0] == 10
    runs.link.put("group.add", 10, map_index=1)
    assert runs.run(made.get_task("group.add__1"), map_index=1)[0] == 12


def test_setup_and_teardown_functions():
    @setup
    def up(): ...

    @teardown(on_failure_fail_dagrun=True)
    def down(): ...

    with DAG("d") as made:
        up() >> one() >> down()
    assert made.get_task("up").is_setup
    assert made.get_task("down").is_teardown
    assert made.get_task("down").on_failure_fail_dagrun


def test_the_result_of_a_run():
    with DAG("d") as made:
        result(one.override())()
    assert made.result_task_id == "one"


def test_context_reaches_functions_by_name(runs):
    @task
    def seen(ds, ti=None, *, run_id, params=None, **rest):
        return ds, ti.task_id, run_id, params, rest["ts_nodash"]

    with DAG("d", params={"n": 1}) as made:
        seen()
    value, _ = runs.run(made.get_task("seen"), conf={"n": 2})
    assert value == ("2024-01-31", "seen", "r1", {"n": 2}, "20240131T063000")


def test_async_functions_run_to_their_end(runs):
    @task
    async def later():
        return 5

    with DAG("d") as made:
        later()
    assert runs.run(made.get_task("later"))[0] == 5


def test_bash_functions_return_the_command(runs):
    @task.bash(env={"NAME": "you"})
    def say(word):
        return f"echo {word} $NAME {{{{ ds }}}}"

    with DAG("d") as made:
        say("hello")
    assert runs.run(made.get_task("say"))[0] == "hello you 2024-01-31"


def test_run_if_and_skip_if(runs):
    with DAG("d") as made:
        task.run_if(lambda context: context["ds"] == "2024-01-31")(one)()
        task.skip_if(lambda context: True, "not today")(one)()
    assert runs.run(made.get_task("one"))[0] == 1
    with pytest.raises(errors.AirflowSkipException, match="not today"):
        runs.run(made.get_task("one__1"))


def test_unknown_decorators_are_named():
    with pytest.raises(AttributeError, match=r"no decorator @task.bsh. Did you mean 'bash'"):
        task.bsh


def test_dag_params_are_placeholders(runs):
    with DAG("d") as made:
        add(made.param("n", 4))
    assert runs.run(made.get_task("add"))[0] == 6
    assert runs.run(made.get_task("add"), conf={"n": 40})[0] == 42
