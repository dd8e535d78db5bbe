"""``python -m tests.fuzz --cases 50000``: schemathesis over our own OpenAPI document, as ``make fuzz``.

Requests made from the document, with ids that are there and ids that are not, go to a real server: none may
answer 5xx, with a status or a body that the document does not name, or without asking for a token. Then
chains of requests, each with what the one before it answered. The seed is printed; ``--seed`` repeats a run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from tests.fuzz.ids import SIDES, dump
from tests.integration.api import stage
from tests.integration.api.world import World

HERE = Path(__file__).parent
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method,ignored_auth"
)
ENDLESS = ("wait_dag_run_until_finished",)
"""Answers that go on until a run ends: it never does, for no scheduler is there."""


def main() -> int:
    """The exit code of schemathesis."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000, help="about how many requests")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        return run(Path(folder), cases=given.cases, seed=given.seed)


def run(folder: Path, *, cases: int, seed: int) -> int:
    """Make a home with much in it, start a server over it, and fuzz that."""
    world = World(folder / "home")
    try:
        sides = [stage.build(world, f"side{number}", "fuzz", shared="shared") for number in range(SIDES)]
        (folder / "ids.json").write_text(dump([side.ids for side in sides]))
        world.start()
        with world.client() as client:
            code = _fuzz(client, folder, cases=cases, seed=seed)
        trouble = [
            line for line in (world.home / "server.log").read_text().splitlines() if "Traceback" in line
        ]
        print(f"seed {seed}: {len(trouble)} traces in the server's log")
        return code or bool(trouble)
    finally:
        world.close()


def _fuzz(client: httpx.Client, folder: Path, *, cases: int, seed: int) -> int:
    document = client.get("/openapi.json").json()
    operations = sum(len(methods) for methods in document["paths"].values())
    words = [
        Path(sys.executable).with_name("schemathesis"), "run", f"{client.base_url}/openapi.json",
        "--header", f"Authorization: {client.headers['Authorization']}",
        "--checks", CHECKS, "--seed", str(seed), "--max-examples", str(max(1, cases // operations)),
        "--phases", "fuzzing,stateful", "--no-color", "--warnings", "off", "--continue-on-failure",
        "--request-timeout", "20", "--generation-database", "none", "--suppress-health-check", "all",
        "--exclude-path-regex", "/auth/(login|logout|token)",
        *(word for name in ENDLESS for word in ("--exclude-operation-id", name)),
    ]  # fmt: skip
    environ = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "FUZZ_IDS": str(folder / "ids.json")}
    environ["PYTHONPATH"] = str(HERE.parents[1])
    return subprocess.run(words, cwd=folder, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
