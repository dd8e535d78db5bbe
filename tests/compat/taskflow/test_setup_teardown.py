"""§1.6 Setup and teardown: edges of ``with`` blocks, and what runs after what went wrong."""

from __future__ import annotations

from typing import Any

import pytest

TASKS = """
    def op(name, **more):
        return PythonOperator(task_id=name, python_callable=print, **more)
    def fails(name, **more):
        def broken(): raise ValueError(name)
        return PythonOperator(task_id=name, python_callable=broken, **more)
"""


def edges(dag: Any) -> set[str]:
    return {f"{up}>{task.task_id}" for task in dag.tasks for up in task.upstream_task_ids}


@pytest.fixture
def drawn(load: Any) -> Any:
    def run(body: str) -> set[str]:
        loaded = load(TASKS + body)
        assert not loaded.errors, loaded.errors
        return edges(loaded.dags[0])

    return run


def test_with_leads_to_the_roots_and_from_the_leaves_of_the_block(drawn: Any) -> None:
    found = drawn("""
    with DAG("d"):
        with op("s").as_setup() >> op("t").as_teardown():
            op("a") >> op("b")
            op("c")
    """)
    assert found == {"s>t", "s>a", "a>b", "b>t", "s>c", "c>t"}


def test_with_a_setup_finds_its_teardown(drawn: Any) -> None:
    found = drawn("""
    with DAG("d"):
        s, t = op("s"), op("t")
        t.as_teardown(setups=s)
        with s:
            op("a")
    """)
    assert found == {"s>t", "s>a", "a>t"}


def test_blocks_inside_blocks(drawn: Any) -> None:
    found = drawn("""
    with DAG("d"):
        with op("s1").as_setup() >> op("t1").as_teardown():
            op("a")
            with op("s2").as_setup() >> op("t2").as_teardown():
                op("b")
            op("c")
    """)
    assert found == {"s1>t1", "s1>a", "a>t1", "s1>c", "c>t1", "s1>s2", "s2>b", "b>t2", "s2>t2", "t2>t1"}


def test_several_setups_and_tasks_made_before(drawn: Any) -> None:
    found = drawn("""
    from airflow.sdk.definitions.decorators.setup_teardown import context_wrapper
    with DAG("d"):
        w = op("w")
        t = op("t").as_teardown(setups=[op("s1"), op("s2")])
        with t as scope:
            scope.add_task(w)
        with context_wrapper([op("s3").as_setup(), op("s4").as_setup()]):
            op("v")
    """)
    assert found == {"s1>t", "s2>t", "s1>w", "s2>w", "w>t", "s3>v", "s4>v"}


def test_results_of_decorated_setups(drawn: Any) -> None:
    found = drawn("""
    with DAG("d"):
        @setup
        def up(): ...
        @task
        def work(): ...
        @teardown
        def down(handle): ...
        handle = up()
        with down(handle):
            work()
    """)
    assert found == {"up>down", "up>work", "work>down"}


def ended(run: Any) -> dict[str, str]:
    return {name: str(state) for name, state in run.task_states.items()}


def test_teardown_runs_after_a_failure_and_does_not_decide_the_run(play: Any) -> None:
    run = play(
        TASKS
        + """
    with DAG("d"):
        with op("s").as_setup() >> fails("t").as_teardown():
            op("a")
    """
    )
    assert ended(run) == {"s": "success", "a": "success", "t": "failed"}
    assert run.state == "success", "the teardown's failure is ignored"


def test_teardown_that_decides_the_run(play: Any) -> None:
    run = play(
        TASKS
        + """
    with DAG("d"):
        with op("s").as_setup() >> fails("t").as_teardown(on_failure_fail_dagrun=True):
            op("a")
    """
    )
    assert run.state == "failed"


def test_work_fails_teardown_runs_and_the_run_fails(play: Any) -> None:
    run = play(
        TASKS
        + """
    with DAG("d"):
        with op("s").as_setup() >> op("t").as_teardown():
            fails("a") >> op("b")
    """
    )
    assert ended(run) == {"s": "success", "a": "failed", "b": "upstream_failed", "t": "success"}
    assert run.state == "failed"


def test_failed_or_skipped_setup_takes_its_scope_and_teardown_along(play: Any) -> None:
    run = play(
        TASKS
        + """
    def skips():
        raise AirflowSkipException
    with DAG("d"):
        with fails("s").as_setup() >> op("t").as_teardown():
            op("a") >> op("b", trigger_rule="all_done")
        with PythonOperator(task_id="s2", python_callable=skips).as_setup() >> op("t2").as_teardown():
            op("c") >> op("e", trigger_rule="all_done")
    """
    )
    found = ended(run)
    assert [found[name] for name in ("s", "a", "b", "t")] == ["failed", *["upstream_failed"] * 3]
    assert [found[name] for name in ("s2", "c", "e", "t2")] == ["skipped"] * 4


def test_one_of_two_setups_is_enough_for_the_teardown(play: Any) -> None:
    run = play(
        TASKS
        + """
    with DAG("d"):
        op("t").as_teardown(setups=[op("s1"), fails("s2")])
    """
    )
    assert ended(run) == {"s1": "success", "s2": "failed", "t": "success"}


def test_setup_and_teardown_in_a_mapped_group_keep_to_their_index(play: Any) -> None:
    run = play("""
    with DAG("d"):
        @setup
        def up(x):
            if x == 2:
                raise ValueError
            return x
        @teardown
        def down(x): ...
        @task
        def work(x): return x
        @task_group
        def each(x):
            handle = up(x)
            with down(handle):
                work(handle)
        each.expand(x=[1, 2])
    """)
    assert ended(run) == {
        "each.up_0": "success", "each.up_1": "failed", "each.work_0": "success",
        "each.work_1": "upstream_failed", "each.down_0": "success", "each.down_1": "upstream_failed",
    }  # fmt: skip


def test_group_leads_on_from_its_work_and_not_from_its_teardown(drawn: Any) -> None:
    found = drawn("""
    with DAG("d"):
        with TaskGroup("g") as g:
            with op("s").as_setup() >> op("t").as_teardown():
                op("a")
        g >> op("z")
    """)
    assert "g.a>z" in found
    assert "g.t>z" not in found


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("with op('a'): op('b')", "Task 'a' is neither a setup nor a teardown"),
        (
            "op('s').as_setup() >> op('a', trigger_rule='all_done')",
            "Task 'a' of DAG 'd' comes directly after setup 's'",
        ),
        ("op('s').as_setup().as_teardown()", "is a setup and cannot be a teardown"),
        ("task(on_failure_fail_dagrun=True)(print)()", "is no teardown"),
        ("teardown(task(trigger_rule='all_done')(print))()", "whose trigger rule cannot be chosen"),
        ("setup(task_group(print))", "a task group cannot be one"),
    ],
)
def test_misuse_names_the_task_and_the_way_out(errors: Any, body: str, words: str) -> None:
    (error,) = errors(TASKS + f"    with DAG('d'):\n        {body}\n")
    assert words in error.message
    assert error.line is not None


def test_teardown_of_no_setup_is_noticed(load: Any) -> None:
    loaded = load(TASKS + "    with DAG('d'):\n        op('a') >> op('t').as_teardown()\n")
    assert not loaded.errors
    assert "Task 't' of DAG 'd' is a teardown of no setup" in loaded.warnings[0]
