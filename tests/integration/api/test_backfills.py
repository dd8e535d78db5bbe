"""§1.18 backfill by the REST API: dates, reprocess behaviours, order, pause, cancel, dry run."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.domain.spec import ParamSpec, TaskSpec
from tradewind.domain.spec.timetable import CronTriggerTimetable

DAILY = CronTriggerTimetable(expressions=("0 0 * * *",))
DAYS = {"from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-03T00:00:00Z"}


def ask(client: httpx.Client, dag_id: str, path: str = "", **body: Any) -> httpx.Response:
    return client.post(f"/api/v2/backfills{path}", json={"dag_id": dag_id, **DAYS, **body})


def runs(world: World, dag_id: str) -> dict[str, tuple[Any, ...]]:
    """Day of the logical date to (state, run type, belongs to a backfill)."""
    rows = world.sql(
        "SELECT substr(logical_date, 1, 10), state, run_type, backfill_id IS NOT NULL FROM dag_run"
        " WHERE dag_id = ? ORDER BY logical_date",
        dag_id,
    )
    return {row[0]: row[1:] for row in rows}


def there(world: World, dag_id: str) -> None:
    """A DAG whose first day succeeded, whose second failed, and whose third has no run."""
    world.dag(dag_id, timetable=DAILY)
    for day, state in (("01", "success"), ("02", "failed")):
        at = f"2026-01-{day} 00:00:00.000000"
        world.run(dag_id, f"r{day}")
        world.sql(
            "UPDATE dag_run SET state = ?, logical_date = ? WHERE dag_id = ? AND run_id = ?",
            state,
            at,
            dag_id,
            f"r{day}",
        )


NEW, MINE = ("queued", "backfill", 1), ("success", "manual", 0)


@pytest.mark.parametrize(
    ("behavior", "first", "second", "days"),
    [
        ("none", MINE, ("failed", "manual", 0), ["03"]),
        ("failed", MINE, NEW, ["02", "03"]),
        ("completed", NEW, NEW, ["01", "02", "03"]),
    ],
)
def test_reprocess_behaviours(
    world: World, admin: httpx.Client, behavior: str, first: Any, second: Any, days: list[str]
) -> None:
    dag_id = f"again_{behavior}"
    there(world, dag_id)
    would = ask(admin, dag_id, "/dry_run", reprocess_behavior=behavior).json()
    assert [one["logical_date"][8:10] for one in would["backfills"]] == days
    assert ask(admin, dag_id, reprocess_behavior=behavior).status_code == 200
    assert runs(world, dag_id) == {"2026-01-01": first, "2026-01-02": second, "2026-01-03": NEW}


def test_a_dry_run_makes_nothing(world: World, admin: httpx.Client) -> None:
    world.dag("would", timetable=DAILY)
    world.wakes()
    found = ask(admin, "would", "/dry_run", run_backwards=True).json()["backfills"]
    assert [one["logical_date"] for one in found] == [f"2026-01-0{day}T00:00:00Z" for day in (3, 2, 1)]
    assert runs(world, "would") == {} and world.wakes() == []
    assert admin.get("/api/v2/backfills", params={"dag_id": "would"}).json()["total_entries"] == 0


def test_conf_reaches_the_runs(world: World, admin: httpx.Client) -> None:
    world.dag("with_conf", timetable=DAILY)
    made = ask(admin, "with_conf", dag_run_conf={"a": 1}, max_active_runs=2).json()
    assert (made["dag_run_conf"], made["max_active_runs"]) == ({"a": 1}, 2)
    assert world.sql("SELECT DISTINCT conf FROM dag_run WHERE dag_id = 'with_conf'") == [('{"a":1}',)]
    assert ("dag", "with_conf", "") in world.wakes()


def test_pause_unpause_and_cancel(world: World, admin: httpx.Client) -> None:
    world.dag("stopped", timetable=DAILY)
    one = f"/api/v2/backfills/{ask(admin, 'stopped').json()['id']}"
    assert admin.put(f"{one}/pause").json()["is_paused"] is True
    assert admin.get(one).json()["is_paused"] is True
    assert admin.put(f"{one}/unpause").json()["is_paused"] is False
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = 'stopped' AND logical_date < '2026-01-02'")
    assert admin.put(f"{one}/cancel").json()["completed_at"]
    assert [row[0] for row in runs(world, "stopped").values()] == ["running", "failed", "failed"]
    for act in ("pause", "unpause", "cancel"):
        refused = admin.put(f"{one}/{act}")
        assert (refused.status_code, "has ended already" in refused.text) == (409, True)


def test_progress_counts_every_run_of_each_backfill(world: World, admin: httpx.Client) -> None:
    there(world, "far")
    progress = "/api/tradewind/ui/dags/far/backfills/progress"
    assert admin.get(progress).json() == {"dag_id": "far", "backfills": []}
    first = ask(admin, "far").json()["id"]
    admin.put(f"/api/v2/backfills/{first}/cancel")
    days = {"from_date": "2024-01-01T00:00:00Z", "to_date": "2024-12-31T00:00:00Z"}
    second = admin.post("/api/v2/backfills", json={"dag_id": "far", **days}).json()["id"]
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = 'far' AND logical_date < '2024-02-01'")
    assert admin.get(progress).json()["backfills"] == [
        {"backfill_id": second, "states": {"queued": 335, "success": 31}},
        {"backfill_id": first, "states": {"failed": 1}},
    ]


def test_one_at_a_time(world: World, admin: httpx.Client) -> None:
    world.dag("busy", timetable=DAILY)
    first = ask(admin, "busy").json()["id"]
    refused = ask(admin, "busy", reprocess_behavior="completed")
    assert refused.status_code == 409 and f"(id {first})" in refused.json()["detail"]
    admin.put(f"/api/v2/backfills/{first}/cancel")
    assert ask(admin, "busy", reprocess_behavior="completed").status_code == 200


def test_what_cannot_be_backfilled_is_refused_with_the_reason(world: World, admin: httpx.Client) -> None:
    past = (TaskSpec(task_id="a", operator="X", module="tests", depends_on_past=True),)
    world.dag("past", timetable=DAILY, tasks=past)
    world.dag("never")
    world.dag("param", timetable=DAILY, params={"n": ParamSpec(value=1, schema={"type": "integer"})})
    world.dag("manual", timetable=DAILY, allowed_run_types=("manual",))
    for body, words in (
        ({"dag_id": "past", "reprocess_behavior": "none"}, "depend on the run before (a)"),
        (
            {"dag_id": "past", "reprocess_behavior": "failed", "run_backwards": True},
            "cannot be run backwards",
        ),
        ({"dag_id": "never"}, "no dates to backfill"),
        ({"dag_id": "param", "dag_run_conf": {"n": "x"}}, "Invalid input for param n"),
        ({"dag_id": "manual"}, "allows only runs of the type manual"),
        ({"dag_id": "param", "from_date": "2026-02-01T00:00:00Z"}, "not be after to_date"),
        ({"dag_id": "param", "from_date": "2999-01-01T00:00:00Z"}, "lie in the past"),
        ({"dag_id": "param", "max_active_runs": 0}, "max_active_runs"),
        ({"dag_id": "param", "reprocess_behavior": "all"}, "reprocess_behavior"),
    ):
        refused = ask(admin, **body)
        assert refused.status_code == 422 and words in refused.text, (body, refused.text)
    assert ask(admin, "nowhere").status_code == 404
    assert admin.get("/api/v2/backfills/999999").status_code == 404
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id IN ('past', 'never', 'param')") == [(0,)]
