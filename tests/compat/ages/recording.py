"""``python -m tests.compat.ages.recording`` asks the Airflows of the files' ages how their DAGs end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.compat.differential import peers
from tests.compat.shipped import recording as shipped

FOLDER = Path(__file__).parent
KEPT = FOLDER / "recorded.json"
WHEN = "2026-06-02T00:00:00+00:00"
PEERS = {
    "1.10.15": ("v1_8_warehouse", "v1_10_branches"),
    "2.10.5": ("v2_0_taskflow", "v2_4_mapping", "v2_10_setups"),
    "3.3.2": ("v3_0_sdk", "v3_3_async"),
}
"""The newest Airflow of each generation, and the files that it is asked about."""


def ask(version: str) -> dict[str, Any]:
    """DAG id to the states of its run and tasks and, from 2.x on, what the tasks returned."""
    peers.make(version)
    script = Path(shipped.__file__).with_name("peer_1.py") if version.startswith("1.") else peers.SCRIPT
    files = [FOLDER / f"{name}.py" for name in PEERS[version]]
    found = peers.run(version, files, script=script, PEER_COMPANIONS="{}", PEER_WHEN=WHEN)
    return {
        dag: {
            "airflow": version,
            "state": end["state"],
            "tasks": [row[:3] for row in end["tasks"]],
            "values": [
                [task, index, value]
                for task, index, key, value in end.get("xcoms", ())
                if key == "return_value"
            ],
        }
        for dag, end in found.items()
    }  # fmt: skip


if __name__ == "__main__":
    ends = {dag: end for version in PEERS for dag, end in ask(version).items()}
    lines = [f"{json.dumps(dag)}: {json.dumps(end)}" for dag, end in ends.items()]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n")
