"""What has to be known about the shipped examples beside their text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.compat.shipped import wheels
from tests.compat.shipped.wheels import Wheel

OUTSIDE = {
    "docker_copy_data": "Docker; all of it is commented out",
    "example_dag_decorator": "the internet",
    "example_docker_operator": "Docker; all of it is commented out",
    "example_docker_swarm_operator": "Docker; all of it is commented out",
    "example_hitl_operator": "people who answer",
    "example_http_operator": "the internet",
    "example_kubernetes_executor": "Kubernetes; it defines no DAG without the package `kubernetes`",
    "example_kubernetes_executor_config": "Kubernetes",
    "example_local_kubernetes_executor": "Kubernetes; it defines no DAG without the package `kubernetes`",
    "example_pig_operator": "Pig, and `apache-airflow-providers-apache-pig` to be parsed",
    "example_retry_policy": "the internet, and `requests`",
    "tutorial_objectstorage": "the internet, and `requests` to be parsed",
}
"""File to what it needs outside the machine to run."""

ENVIRONMENTS = frozenset({
    "example_branch_operator", "example_branch_operator_decorator", "example_python_decorator",
    "example_python_operator", "tutorial_taskflow_api_virtualenv",
})  # fmt: skip
"""Files of 2.x and 3.x that install packages into virtual environments while they run: too long for the short
suite, which parses them.
"""


class Whole(NamedTuple):
    """What a file needs that is tried in a whole system."""

    dags: tuple[str, ...]
    """The DAGs that are triggered."""
    beside: tuple[str, ...] = ()
    """Files of the DAGs that those start."""
    starts: tuple[str, ...] = ()
    """The DAGs that those start."""
    peer: str = ""
    """The only Airflow in which it does, where it does not in all."""


WHOLE: dict[str, Whole] = {
    "example_trigger_controller_dag": Whole(
        ("example_trigger_controller_dag",), ("example_trigger_target_dag",), ("example_trigger_target_dag",)
    ),
    "example_external_task_marker_dag": Whole(
        ("example_external_task_marker_parent", "example_external_task_marker_child")
    ),
    "example_external_task_parent_deferrable": Whole(
        ("example_external_task",), ("example_external_task_child_deferrable",), ("child_dag",)
    ),
    "example_sensors": Whole(("example_sensors",)),
    "example_subdag_operator": Whole(("example_subdag_operator",), peer="2.10.5"),
    "example_latest_only": Whole(("latest_only",), peer="2.10.5"),
    "example_latest_only_with_trigger": Whole(("latest_only_with_trigger",), peer="2.10.5"),
    "example_dataset_alias": Whole(
        (
            "dataset_s3_bucket_producer", "dataset_s3_bucket_consumer",
            "dataset_alias_example_alias_producer", "dataset_alias_example_alias_consumer",
        ),
        peer="2.10.5",
    ),
    "example_dataset_alias_with_no_taskflow": Whole(
        (
            "dataset_s3_bucket_producer_with_no_taskflow", "dataset_s3_bucket_consumer_with_no_taskflow",
            "dataset_alias_example_alias_producer_with_no_taskflow",
            "dataset_alias_example_alias_consumer_with_no_taskflow",
        ),
        peer="2.10.5",
    ),
}  # fmt: skip
"""Files whose DAGs start or wait for other DAGs, whose tasks wait for each other without saying so, or of
which ``dag.test`` of an Airflow makes something else than its scheduler does.
"""

CHANCE = ("branching_venv", "branching_ext_python", "venv_", "ext_py_", "join_venv", "join_ext_py")
"""Beginnings of the names of tasks on which chance decides in another Python, out of the tests' reach."""

SUCCEEDS = {
    "example_task_state_store_async": (
        "success; fails in Airflow 3.3.2, whose state store has not the `aget` that its example calls"
    ),
}
"""DAGs that end well here and not in Airflow, and why."""

LEFT_OUT = {
    "week_day_sensor_failing_on_timeout": "the day of the week decides",
    "timeout_after_second_date_in_the_future_async": (
        "Airflow waits for an hour, because a deferred sensor of times has no timeout there"
    ),
}
"""Tasks whose ends are not compared, and why."""


def is_long(wheel: Wheel, file: Path) -> bool:
    """Whether running the file takes long because it installs packages."""
    return wheel is not wheels.FIRST and file.stem in ENVIRONMENTS


def needs_whole(wheel: Wheel, file: Path) -> bool:
    """Whether the DAGs of the file are tried in a whole system."""
    return file.stem in WHOLE and WHOLE[file.stem].peer in {"", wheel.peer}


def runs_alone(wheel: Wheel, file: Path) -> bool:
    """Whether the DAGs of the file run to an end one by one, without anything outside."""
    return file.stem not in OUTSIDE and not needs_whole(wheel, file)


def companions(file: Path) -> list[Path]:
    """The files of the DAGs that those of this file start."""
    folders = [file.parent, wheels.THIRD.examples]
    return [
        next(folder / f"{name}.py" for folder in folders if (folder / f"{name}.py").exists())
        for name in (WHOLE[file.stem].beside if file.stem in WHOLE else ())
    ]
