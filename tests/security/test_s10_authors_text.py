"""S10: the API server renders no text of authors and imports nothing of theirs."""

from __future__ import annotations

from pathlib import Path

import httpx
from tests.integration.api.world import World
from tests.security.asking import reads, story

TEMPLATE = "{{7*7}}${7*7}{%print(7*7)%}"
NAMES = ("airflow_local_settings", "webserver_config", "settings", "sitecustomize", "json", "planted")


def test_templates_come_back_as_they_are_and_no_file_of_the_dags_folder_is_imported(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    (world.home / "dags").mkdir()
    for name in NAMES:
        (world.home / "dags" / f"{name}.py").write_text(f"open({str(tmp_path / name)!r}, 'w').close()\n")
    try:
        world.start()
        ids = story(world, "authors")
        world.sql("UPDATE dag SET description = ?", TEMPLATE)
        world.sql("UPDATE dag_run_note SET content = ?", TEMPLATE)
        with world.client() as admin:
            texts = {operation.name: answer.text for operation, answer in reads(admin, ids)}
            admin.post("/api/v2/variables", json={"key": "t", "value": TEMPLATE})
            assert admin.get("/api/v2/variables/t").json()["value"] == TEMPLATE
        assert TEMPLATE in texts["get_dag"] and TEMPLATE in texts["get_dag_run"]
        assert [name for name in NAMES if (tmp_path / name).exists()] == []
    finally:
        world.close()


def test_a_template_as_a_name_is_no_name(admin: httpx.Client) -> None:
    for path in (
        "/api/v2/dags/{}",
        "/api/v2/pools/{}",
        "/api/v2/connections/{}",
        "/api/v2/config/section/{}/option/x",
    ):
        answer = admin.get(path.format("{{7*7}}"))
        assert answer.status_code in {400, 404, 422} and "49" not in answer.text
