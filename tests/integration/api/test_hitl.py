"""People answer what tasks ask: who may, once, with what; lists of what is open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.domain import hitl
from tradewind.engine import clearing
from tradewind.store.queries import scheduling
from tradewind.store.transitions import by_hand, runs

NUMBER = {"value": 1, "description": None, "schema": {"type": "integer"}}
UDO = hitl.Person(id="udo", name="Udo U.")


@pytest.fixture(scope="module")
def udo(world: World) -> Iterator[httpx.Client]:
    with world.client("udo") as client:
        yield client


@pytest.fixture
def dag(world: World) -> str:
    """A DAG with a running run."""
    dag_id = world.fresh("hitl")
    world.dag(dag_id)
    world.run(dag_id)
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = ?", dag_id)
    world.wakes()
    return dag_id


def path(dag: str, task: str = "extract", index: Any = -1) -> str:
    return f"/api/v2/dags/{dag}/dagRuns/r1/taskInstances/{task}/{index}/hitlDetails"


def answer(client: httpx.Client, dag: str, *chosen: str, status: int = 200, **params: Any) -> Any:
    sent = client.patch(path(dag), json={"chosen_options": chosen, "params_input": params})
    assert sent.status_code == status, sent.text
    return sent.json() if status == 200 else sent.json()["detail"]


def test_an_answer_is_recorded_once_and_the_scheduler_told(
    world: World, udo: httpx.Client, admin: httpx.Client, dag: str
) -> None:
    attempt = world.ask(dag, params={"n": NUMBER, "m": NUMBER})
    version = world.run_row(dag)[1]
    taken = answer(udo, dag, "Yes", n=5)
    assert taken["params_input"] == {"n": 5, "m": 1}
    assert ("run", dag, "r1") in world.wakes()
    after = world.run_row(dag)[1]
    assert after > version
    row = "SELECT responded_by, chosen_options, params_input FROM hitl_detail WHERE ti_id = ?"
    assert [json.loads(value) for value in world.sql(row, attempt)[0]] == [
        {"id": "udo", "name": "udo"}, ["Yes"], {"n": 5, "m": 1},
    ]  # fmt: skip
    assert "was answered already: by udo" in answer(admin, dag, "No", status=409)
    assert (world.run_row(dag)[1], world.wakes()) == (after, [])
    log = "SELECT owner, task_id, map_index, try_number, extra FROM log WHERE event = 'update_hitl_detail'"
    logged = world.sql(f"{log} AND dag_id = ?", dag)
    assert logged == [("udo", "extract", -1, 1, '{"chosen_options":["Yes"],"address":"127.0.0.1"}')]


def test_many_at_once_and_one_is_taken(world: World, udo: httpx.Client, dag: str) -> None:
    world.ask(dag)
    body = {"chosen_options": ["Yes"]}
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: udo.patch(path(dag), json=body).status_code, range(8)))
    assert sorted(sent) == [200] + [409] * 7


def test_only_those_who_were_asked_may_answer(
    world: World, udo: httpx.Client, admin: httpx.Client, dag: str
) -> None:
    world.ask(dag, assigned_users=(UDO,))
    assert answer(admin, dag, "Yes", status=403) == "Forbidden: only udo may answer this, and you are admin."
    with world.client("vera") as viewer:
        assert "may not edit" in answer(viewer, dag, "Yes", status=403)
        assert viewer.get(path(dag)).json()["assigned_users"] == [{"id": "udo", "name": "Udo U."}]
    assert world.wakes() == []
    answer(udo, dag, "Yes")


@pytest.mark.parametrize(
    ("chosen", "params", "where", "told"),
    [
        (["Maybe"], {}, ["chosen_options"], "be among ['Yes', 'No']"),
        (["Yes", "No"], {}, ["chosen_options"], "name one option only"),
        (["Yes", "Yes"], {}, ["chosen_options"], "each only once"),
        ([], {}, ["chosen_options"], "length >= 1"),
        (["Yes"], {"n": "x"}, ["params_input", "n"], "satisfy its schema"),
        (["Yes"], {"k": 1}, ["params_input"], "hold fields of the form only"),
        (["Yes"], {"n": {"__classname__": "os.system"}}, ["params_input", "n"], "reserved key"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    world: World, udo: httpx.Client, dag: str, chosen: list[str], params: dict[str, Any], where: list[str],
    told: str,
) -> None:  # fmt: skip
    world.ask(dag, params={"n": NUMBER})
    (problem,) = answer(udo, dag, *chosen, status=422, **params)
    assert problem["loc"] == ["body", *where]
    assert told in problem["msg"]
    assert udo.get(path(dag)).json()["response_received"] is False
    answer(udo, dag, "Yes")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("awaiting_input", 200), ("running", 200), ("queued", 200), ("deferred", 200), ("scheduled", 409),
        ("success", 409), ("failed", 409), ("up_for_retry", 409), ("restarting", 409),
    ],
)  # fmt: skip
def test_only_what_waits_takes_an_answer(
    world: World, udo: httpx.Client, dag: str, state: str, status: int
) -> None:
    world.ask(dag, state=state)
    told = answer(udo, dag, "Yes", status=status)
    assert status == 200 or f"it is {state}" in told


def test_there_is_nothing_to_answer(world: World, udo: httpx.Client, dag: str) -> None:
    body = {"chosen_options": ["Yes"]}
    for where, told in (
        (path(dag), "asks nobody anything"),
        (path(dag, "nope"), "has no task instance 'nope'"),
        (path(dag, index=3), "map index 3"),
        (path("no_such_dag"), "'no_such_dag' was not found"),
        (path(dag).replace("r1", "r9"), "has no run 'r9'"),
    ):
        for sent in (udo.get(where), udo.patch(where, json=body)):
            assert sent.status_code == 404
            assert told in sent.json()["detail"]
    assert udo.patch(path(dag, index="x"), json=body).status_code == 422


def test_what_earlier_tries_asked(world: World, udo: httpx.Client, dag: str) -> None:
    world.ask(dag)
    answer(udo, dag, "Yes")
    with world.database.write() as tx:
        loaded = scheduling.load_run(tx, dag, "r1")
        assert loaded is not None
        first = next(one for one in loaded.instances if one.task_id == "extract")
        by_hand.change(
            tx, loaded.run, [(first.attempt_id, clearing.clear(first, 1))], now=loaded.run.run_after
        )
        runs.touch(tx, loaded.run.pk, now=loaded.run.run_after)
    assert udo.get(path(dag)).status_code == 404
    earlier = udo.get(path(dag) + "/tries/1").json()
    assert (earlier["chosen_options"], earlier["task_instance"]["try_number"]) == (["Yes"], 1)
    assert "Try 2" in udo.get(path(dag) + "/tries/2").json()["detail"]


def test_lists(world: World, udo: httpx.Client, admin: httpx.Client, dag: str) -> None:
    world.ask(dag, "extract", subject="Alpha one", body="the Body")
    world.ask(dag, "transform", subject="beta two")
    world.ask(dag, "load", state="success", subject="gamma one")
    answer(udo, dag, "Yes")

    def listed(where: str = f"{dag}/dagRuns/r1", **query: Any) -> list[str]:
        sent = udo.get(f"/api/v2/dags/{where}/hitlDetails", params={"order_by": "subject", **query})
        assert sent.status_code == 200, sent.text
        found = sent.json()
        names = [one["task_instance"]["task_id"] for one in found["hitl_details"]]
        assert found["total_entries"] >= len(names)
        return names

    everything = ["extract", "transform", "load"]
    assert listed() == listed("~/dagRuns/~", dag_id_pattern=dag) == everything
    assert listed(f"{dag}/dagRuns/nope") == listed("nope/dagRuns/~") == []
    for query, expected in (
        ({"response_received": True}, ["extract"]),
        ({"response_received": False}, ["transform", "load"]),
        ({"responded_by_user_id": "udo"}, ["extract"]),
        ({"responded_by_user_name": ["udo", "ann"]}, ["extract"]),
        ({"responded_by_user_id": "ann"}, []),
        ({"subject_search": "ONE"}, ["extract", "load"]),
        ({"body_search": "body"}, ["extract"]),
        ({"state": ["success", "failed"]}, ["load"]),
        ({"task_id": "load"}, ["load"]),
        ({"task_id_pattern": "RANS"}, ["transform"]),
        ({"task_id_prefix_pattern": "ex"}, ["extract"]),
        ({"dag_id_prefix_pattern": dag[:5]}, everything),
        ({"map_index": 0}, []),
        ({"created_at_gt": "2099-01-01T00:00:00Z"}, []),
        ({"created_at_lte": "2099-01-01T00:00:00Z"}, everything),
        ({"limit": 1, "offset": 1}, ["transform"]),
        ({"order_by": "-subject"}, everything[::-1]),
        ({"order_by": "-responded_by_user_name", "limit": 1}, ["extract"]),
        ({"order_by": ["task_instance_state", "-created_at"]}, ["transform", "extract", "load"]),
    ):
        assert listed(**query) == expected, query
    for name in (
        "ti_id", "responded_at", "responded_by_user_id", "dag_id", "run_id", "task_display_name", "run_after",
        "rendered_map_index", "task_instance_operator",
    ):  # fmt: skip
        assert sorted(listed(order_by=name)) == sorted(everything)
    refused = admin.get(f"/api/v2/dags/{dag}/dagRuns/r1/hitlDetails", params={"order_by": "body"})
    assert refused.status_code == 400
