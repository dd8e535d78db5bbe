"""Names of Airflow's insides that provider packages import: each is there, or the error says what it is."""

from __future__ import annotations

import importlib

import pytest

from airflow._face import legacy
from tradewind.authoring.rows import NoDatabase


@pytest.mark.parametrize(
    "module",
    [
        "airflow._shared.logging.remote", "airflow.models.callback", "airflow.sdk.api.datamodels._generated",
        "airflow.sdk.execution_time.comms", "airflow.sdk.execution_time.coordinator",
        "airflow.utils.db_manager", "airflow.utils.log.trigger_handler", "airflow.utils.serve_logs",
        "airflow.utils.providers_configuration_loader", "airflow.utils.sqlalchemy",
    ],
)  # fmt: skip
def test_a_module_that_is_not_here_says_what_it_is(module: str) -> None:
    with pytest.raises(ImportError, match=r"is part of Airflow \(.+\), but Tradewind does not have it yet"):
        importlib.import_module(module)


@pytest.mark.parametrize("path", sorted(legacy.NOT_BUILT))
def test_every_such_part_says_so(path: str) -> None:
    with pytest.raises(ImportError, match=r"is part of Airflow"):
        exec(f"from {path} import anything_at_all")


def test_rows_that_providers_name_stand_for_themselves() -> None:
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.models.xcom import XComModel

    for row, instead in ((SerializedDagModel, "ti.get_dag"), (XComModel, "ti.xcom_pull")):
        with pytest.raises(NoDatabase, match=instead):
            row.get("d")
