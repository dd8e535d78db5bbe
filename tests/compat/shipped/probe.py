"""One example file in a process of its own. ``python probe.py FILE [run]`` prints what became of it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from tradewind.authoring import loader
from tradewind.authoring.to_spec import to_spec
from tradewind.testing import kit


def probe(file: Path, *, run: bool) -> dict[str, Any]:
    """Errors of the file, and how each of its DAGs ended."""
    loaded = loader.load_file(str(file), str(file.parent), folders=())
    found: dict[str, Any] = {"errors": [error.message for error in loaded.errors], "dags": {}}
    for dag in loaded.dags:
        found["dags"][dag.dag_id] = _end(dag) if run else _spec(dag)
    return found


def _spec(dag: Any) -> dict[str, Any]:
    try:
        to_spec(dag)
    except Exception as error:  # noqa: BLE001 - whatever it is, the table says so
        return {"error": f"{type(error).__name__}: {error}"}
    return {}


def _end(dag: Any) -> dict[str, Any]:
    try:
        ended = kit.run_dag(dag)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the table says so
        return {"error": f"{type(error).__name__}: {error}"}
    return {"state": ended.state, "tasks": ended.states, "reasons": ended.reasons}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        answer = probe(Path(sys.argv[1]), run="run" in sys.argv[2:])
    print(json.dumps(answer))
