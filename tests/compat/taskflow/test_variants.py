"""§1.3 The variants of ``@task`` in one file, run to the end; §1.15 callbacks of each end."""

from __future__ import annotations

from typing import Any


def test_every_variant(play: Any) -> None:
    """branch, short_circuit, sensor, bash, async, run_if, skip_if, multiple_outputs, get_current_context."""
    run = play("""
    with DAG("d"):
        @task
        def python(): return get_current_context()["task"].task_id

        @task.bash
        def bash(): return "echo from bash"

        @task
        async def later(): return "awaited"

        @task(multiple_outputs=True)
        def several(): return {"a": 1, "b": 2}

        @task
        def takes(a, b): return [a, b]

        @task.branch
        def choose(): return "left"

        @task.short_circuit
        def stop(): return False

        @task.sensor(poke_interval=0)
        def seen(): return True

        @task.run_if(lambda context: context["ti"].try_number == 1)
        @task
        def first(): return "first"

        @task.skip_if(lambda context: True)
        @task
        def never(): return "never"

        python() >> bash()
        later()
        both = several()
        takes(both["a"], both["b"])
        choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
        stop() >> EmptyOperator(task_id="after_stop")
        seen() >> first() >> never()
    """)
    assert run.results | {} == {
        "python": "python", "bash": "from bash", "later": "awaited", "several": {"a": 1, "b": 2},
        "takes": [1, 2],
        "choose": "left", "stop": False, "first": "first",
    }  # fmt: skip
    skipped = {task for task, state in run.task_states.items() if state == "skipped"}
    assert skipped == {"right", "after_stop", "never"}


def test_every_callback(play: Any) -> None:
    """on_execute_callback, on_success_callback, on_retry_callback, on_failure_callback,
    on_skipped_callback.
    """
    run = play("""
    from airflow.sdk import BaseNotifier
    from datetime import timedelta
    told = []

    def tell(word):
        return lambda context: told.append((word, context["ti"].task_id, str(context.get("exception"))))

    class Note(BaseNotifier):
        template_fields = ("text",)
        def __init__(self, text): self.text = text
        def notify(self, context): told.append(("note", self.text, "None"))

    EVERY = dict(
        on_execute_callback=tell("execute"),
        on_success_callback=[tell("success"), Note("{{ task.task_id }}")],
        on_retry_callback=tell("retry"), on_failure_callback=tell("failure"),
        on_skipped_callback=tell("skipped"), retries=1, retry_delay=timedelta(0),
    )
    with DAG("d") as made:
        made.told = told

        @task(**EVERY)
        def good(): ...

        @task(**EVERY)
        def bad(): raise ValueError("boom")

        @task(**EVERY)
        def passed(): raise AirflowSkipException("no need")

        good()
        bad()
        passed()
    """)
    told = [(word, task) for word, task, _ in run.dag.told]
    assert sorted(told) == sorted([
        ("execute", "good"), ("success", "good"), ("note", "good"), ("execute", "bad"), ("retry", "bad"),
        ("execute", "bad"), ("failure", "bad"), ("execute", "passed"), ("skipped", "passed"),
    ])  # fmt: skip
    assert ("failure", "bad", "boom") in run.dag.told
