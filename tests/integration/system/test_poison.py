"""Poisoned DAG files beside good ones, in a system that works."""

from __future__ import annotations

import time

from tests.integration.system import load, oracle
from tests.integration.system.world import World, until

POISON = {
    "syntax": "def broken(:\n",
    "raises": "raise RuntimeError('at import')\n",
    "endless": "while True: pass\n",
    "sleeper": "import time\ntime.sleep(10**9)\n",
    "exits": "import os\nos._exit(3)\n",
    "quits": "import sys\nsys.exit(0)\n",
    "aborts": "import os\nos.abort()\n",
    "segfault": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
    "greedy": "x = bytearray(10 << 30)\nfor n in range(0, len(x), 4096): x[n] = 1\n",
    "chatty": "for n in range(1000): print('x' * 100_000)\n",
    "cyclic": load.HEAD + "with dag('cyclic'):\n    a = do('a'); b = do('b', ['a']); b >> a\n",
    "twice": load.HEAD + "with dag('twice'):\n    do('a'); do('a')\n",
    "names": load.HEAD + "with dag('a/../b'):\n    do('a')\n",
    "family": "import os, time\nif not os.fork():\n    os.setsid(); time.sleep(600)\nraise ValueError()\n",
}
SILENT = {"chatty", "quits"}
"""These may be read without an error."""


def test_they_hurt_only_themselves(world: World) -> None:
    environ = {
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "2",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "4",
    }
    world.environ |= environ
    world.standalone()
    world.wait_for_dags(*load.FILES)
    world.dags(**{name: f"# an airflow DAG\n{text}" for name, text in POISON.items()})
    keys = [world.trigger(dag, "r") for dag in load.FILES]
    world.dags(good=load.HEAD + "with dag('good'): do('g')\n")
    saved = time.monotonic()
    world.wait_for_dags("good")
    print(f"good file beside {len(POISON)} poisoned ones: known after {time.monotonic() - saved:.2f} s")
    world.wait_until_ended(*keys)
    oracle.check(world, *keys)

    def missing() -> set[str]:
        told = " ".join(str(row[0]) for row in world.rows("select filename from import_error"))
        return {name for name in set(POISON) - SILENT if f"{name}.py" not in told}

    until(lambda: not missing(), lambda: f"these have no import error: {missing()}", 25)
    errors = dict(world.rows("select filename, stacktrace from import_error"))
    syntax = next(text for name, text in errors.items() if name.endswith("syntax.py"))
    assert "line 2" in syntax and "def broken(:" in syntax
    world.dags(chain="this is no airflow DAG\n")
    until(
        lambda: any("chain.py" in str(row[0]) for row in world.rows("select filename from import_error")),
        "seen",
    )
    refused = world.call("POST", "/dags/chain/dagRuns", dag_run_id="broken", logical_date=None)
    assert refused.status_code in {400, 409, 422} and "import error" in refused.text, refused.text
    world.dags(chain=load.CHAIN)
    until(
        lambda: not world.rows("select 1 from import_error where filename like '%chain.py'"),
        "it is good again",
    )
    key = world.trigger("chain", "mended")
    world.wait_until_ended(key)
    oracle.check(world, *keys, key)
    assert not [line for line in world.reaper.show() if "sleep" in line]
