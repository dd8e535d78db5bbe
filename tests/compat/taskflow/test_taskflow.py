"""§1.3 TaskFlow and decorators; §1.4 task groups."""

from __future__ import annotations

from typing import Any


def test_multiple_outputs_from_typed_dicts_and_text_annotations(play: Any) -> None:
    run = play("""
        from typing import TypedDict
        class Sizes(TypedDict):
            small: int
            large: int
        with DAG("d"):
            @task
            def sizes() -> Sizes: return {"small": 1, "large": 2}
            @task
            def text() -> "dict[str, int]": return {"a": 3}
            @task
            def unknown() -> "Nowhere": return {"a": 4}
            @task
            def add(a, b, c): return a + b + c["a"]
            found = sizes()
            add(found["small"], text()["a"], unknown())
    """)
    assert run.results["add"] == 8


def test_async_tasks_and_current_context(play: Any) -> None:
    run = play("""
        import asyncio
        with DAG("d"):
            @task
            async def later(x):
                await asyncio.sleep(0)
                return f"{get_current_context()['ti'].task_id}{x}"
            later.expand(x=[1, 2])
    """)
    assert run.results["later"] == ["later1", "later2"]


def test_conditions_may_bring_their_own_message(play: Any) -> None:
    run = play("""
        with DAG("d"):
            @task.run_if(lambda context: (False, "too early"))
            @task
            def first(): ...
            @task.skip_if(lambda context: False)
            @task.bash
            def second(): return "echo ran"
            first() >> second.override(trigger_rule="all_done")()
    """)
    assert run.task_states == {"first": "skipped", "second": "success"}


def test_override_keeps_marks_and_the_result_of_the_run(load: Any) -> None:
    (made,) = load("""
        from airflow.sdk import result
        @dag(schedule=None)
        def flow():
            @setup
            def up(): ...
            @result
            @task
            def main(): ...
            up.override(task_id="prepare", retries=2)() >> main.override(task_id="renamed")()
        flow()
    """).dags
    assert made.get_task("prepare").is_setup
    assert made.get_task("prepare").retries == 2
    assert made.result_task_id == "renamed"


def test_default_args_fill_arguments_of_functions(play: Any) -> None:
    run = play("""
        with DAG("d", default_args={"greeting": "hi", "retries": 0}):
            @task
            def greet(greeting, name="you"): return f"{greeting} {name}"
            greet()
            greet("hey")
            greet.expand(name=["a", "b"])
    """)
    assert run.results["greet"] == "hi you"
    assert run.results["greet__1"] == "hey you"
    assert run.results["greet__2"] == ["hi a", "hi b"]


def test_ids_count_on_from_the_highest_number(load: Any) -> None:
    (made,) = load("""
        with DAG("d"):
            @task
            def a(): ...
            a(), a.override(task_id="a__5")(), a()
    """).dags
    assert made.task_ids == ["a", "a__5", "a__6"]


def test_groups_share_defaults_prefixes_and_edges(load: Any) -> None:
    (made,) = load("""
        with DAG("d", default_args={"owner": "dag", "retries": 1}):
            first = EmptyOperator(task_id="first")
            with TaskGroup("outer", default_args={"owner": "outer"}) as outer:
                EmptyOperator(task_id="a")
                with TaskGroup("inner", prefix_group_id=False, default_args={"retries": 5}) as inner:
                    EmptyOperator(task_id="b") >> EmptyOperator(task_id="c")
            with TaskGroup("empty") as empty:
                pass
            last = EmptyOperator(task_id="last")
            first >> Label("go") >> outer >> empty >> last
    """).dags
    assert made.task_ids == ["first", "outer.a", "b", "c", "last"]
    inner = made.get_task("c")
    assert (inner.owner, inner.retries, made.get_task("outer.a").retries) == ("outer", 5, 1)
    edges = {f"{up}>{task.task_id}" for task in made.tasks for up in task.upstream_task_ids}
    assert edges == {"first>outer.a", "first>b", "b>c", "outer.a>last", "c>last"}
    assert made.get_edge_info("first", "outer.a") == {"label": "go"}


def test_group_function_gives_documentation_and_its_last_task(load: Any) -> None:
    (made,) = load("""
        with DAG("d"):
            @task
            def one(): ...
            @task_group(group_id="named", ui_color="red")
            def steps():
                "What it does."
                return one()
            steps() >> EmptyOperator(task_id="end")
            steps()
    """).dags
    group = made.task_group_dict["named"]
    assert (group.tooltip, group.doc_md, group.ui_color) == ("What it does.", "What it does.", "red")
    assert made.get_task("end").upstream_task_ids == {"named.one"}
    assert "named__1.one" in made.task_ids


def test_a_returned_generator_is_no_result_that_can_be_sent(play: Any) -> None:
    """Nor is it run to its end in vain; one that the task itself yields speaks of its outlets."""
    run = play("""
        with DAG("d"):
            @task
            def lazily(): return (n for n in range(3))
            @task(do_xcom_push=False)
            def unsent(): return (n for n in range(3))
            @task
            def yielding():
                yield None
                return 5
            lazily(), unsent(), yielding()
    """)
    assert run.task_states == {"lazily": "failed", "unsent": "success", "yielding": "success"}
    assert run.results["yielding"] == 5
