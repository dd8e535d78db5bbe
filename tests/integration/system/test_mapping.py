"""Mapping with real processes and the real database: values travel by their place in mapped groups."""

from __future__ import annotations

from tests.integration.system.world import World

NESTED = """
from datetime import datetime
from airflow import DAG
from airflow.decorators import task, task_group

with DAG("nested", schedule=None, start_date=datetime(2024, 1, 1), is_paused_upon_creation=False):
    @task
    def items(n): return [f"{n}.{i}" for i in range(n)]

    @task(map_index_template="item {{ task.op_kwargs.x }}")
    def same(x): return None if x.endswith(".9") else x

    @task
    def own(values): return [len(values), values[-1], list(values)]

    @task
    def gather(values): return [len(values), values[0], values[-2], values[1:3], list(values)]

    @task_group
    def each(n):
        found = same.expand(x=items(n))
        own(found)
        return found

    gather(each.expand(n=[2, 1, 10]))
"""
KEY = ("nested", "r")


def test_nested_mapping(world: World) -> None:
    world.dags(nested=NESTED)
    world.standalone()
    world.wait_for_dags("nested")
    world.trigger(*KEY)
    world.wait_until_ended(KEY, seconds=60)
    ended = "select task_id, map_index, state, reason from task_instance where state <> 'success'"
    assert world.rows(ended) == []
    values = {
        (task, index): value
        for task, index, value in world.rows(
            "select task_id, map_index, value from xcom where dag_id='nested' and key='return_value'"
        )
    }
    tens = ",".join(f'"10.{i}"' for i in range(9))
    assert values["gather", -1].replace(" ", "") == (
        f'[12,"2.0","10.7",["2.1","1.0"],["2.0","2.1","1.0",{tens}]]'
    )
    assert values["each.own", 0].replace(" ", "") == '[2,"2.1",["2.0","2.1"]]'
    assert values["each.own", 2].replace(" ", "") == f'[9,"10.8",[{tens}]]'
    named = world.rows(
        "select map_path, rendered_map_index from task_instance "
        "where task_id='each.same' and map_path like '1.%'"
    )
    assert named == [("1.0", "item 1.0")]
