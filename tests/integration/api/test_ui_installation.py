"""The configuration with its sources, and the types of connections that forms know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from tests.integration.api.installation import installation
from tests.integration.api.test_ui_first import UI
from tests.packages import provider_package

from tradewind.telemetry.masking import MASK


def options(client: httpx.Client) -> dict[tuple[str, str], dict[str, Any]]:
    found = client.get(f"{UI}/config").json()
    assert found["exposed"] is True
    return {
        (section["name"], option["key"]): option
        for section in found["sections"]
        for option in section["options"]
    }


def test_each_option_says_where_it_comes_from_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "airflow.cfg").write_text(
        "[core]\nmax_active_runs_per_dag = 7\nfernet_key_cmd = echo\n[snacks]\nsecret_sauce = dill\n"
    )
    with installation(
        tmp_path / "h", API__EXPOSE_CONFIG="non-sensitive-only", CORE__PARALLELISM="9",
        API__SECRET_KEY="a-key-nobody-may-see",
    ) as (world, _), world.client("admin") as admin:  # fmt: skip
        found = options(admin)
        text = admin.get(f"{UI}/config").text
    assert found["core", "parallelism"]["value"] == "9"
    kinds = {
        ("core", "parallelism"): "environment", ("core", "max_active_runs_per_dag"): "file",
        ("core", "fernet_key"): "command", ("core", "dags_folder"): "default",
        ("snacks", "secret_sauce"): "file",
    }  # fmt: skip
    assert {key: found[key]["source_kind"] for key in kinds} == kinds
    for key in (("api", "secret_key"), ("snacks", "secret_sauce")):
        assert (found[key]["value"], found[key]["masked"]) == (MASK, True)
    assert not found["snacks", "secret_sauce"]["used"] and found["core", "parallelism"]["about"]
    assert "nobody-may-see" not in text and "dill" not in text


def test_a_configuration_that_is_not_exposed_is_not_shown(tmp_path: Path) -> None:
    with installation(tmp_path / "h") as (world, _), world.client("admin") as admin:
        assert admin.get(f"{UI}/config").json() == {"exposed": False, "sections": []}


def test_forms_know_what_the_fields_of_a_type_mean(admin: httpx.Client) -> None:
    types = {one["name"]: one for one in admin.get(f"{UI}/connection-types").json()["types"]}
    assert types["postgres"]["labels"] == {"schema": "Database"} and types["postgres"]["installed"]
    assert types["aws"]["package"] == "apache-airflow-providers-amazon" and not types["aws"]["installed"]
    assert types["ssh"]["extras"][1] == {"key": "private_key", "label": "Private key", "kind": "secret"}


def test_packages_say_what_they_bring_without_being_run(tmp_path: Path) -> None:
    folder = provider_package(tmp_path / "packages")
    path = {"PYTHONPATH": str(folder)}
    with installation(tmp_path / "h", plain=path) as (world, _), world.client("admin") as admin:
        found = admin.get(f"{UI}/providers").json()["providers"]
    assert found == [
        {
            "name": "acme-airflow-provider", "version": "1.2.0", "description": "Operators for Acme's ovens.",
            "documentation_url": "https://acme.example/docs",
            "modules": {"operators": ["bake"], "hooks": ["oven"]},
        }
    ]  # fmt: skip
