"""The server as a process: a taken port, a quick stop, a database in trouble, its price."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.integration.api.world import World, wait_for

from tradewind.domain.errors import AirflowConfigException
from tradewind.runtime import ports


def test_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            AirflowConfigException, match=rf"Port {port} on 127\.0\.0\.1 is taken.*\[api\] port"
        ):
            ports.bind("127.0.0.1", port)


def test_stops_within_two_seconds_while_somebody_waits(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    try:
        world.dag("d")
        world.run("d")
        world.start()
        with world.client() as client:
            began = threading.Event()

            def wait() -> None:
                try:
                    with client.stream("GET", "/api/v2/dags/d/dagRuns/r1/wait?interval=30") as stream:
                        for _ in stream.iter_lines():
                            began.set()
                except Exception:  # noqa: BLE001 - the server hangs up on us, which is the point
                    pass

            reader = threading.Thread(target=wait)
            reader.start()
            assert began.wait(10)
            assert world.stop() < 2
            reader.join(5)
        assert world.process is not None
        assert world.process.returncode == 0
        assert "Traceback" not in (world.home / "server.log").read_text()
    finally:
        world.close()


def test_database_that_was_never_set_up(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    try:
        world.start()
        with world.client() as client:
            for name in ("airflow.db", "airflow.db-wal", "airflow.db-shm"):
                (world.home / name).unlink(missing_ok=True)
            wait_for(lambda: client.get("/api/v2/dags").status_code in (200, 503), "an answer")
            health = client.get("/api/v2/monitor/health")
            assert health.status_code == 200
    finally:
        world.close()


def test_memory_and_start_up() -> None:
    code = (
        "import time\n"
        "from tradewind.api import app, server\n"
        "import tradewind.api.routes.public as public; public.operations()\n"
        "import re; text = open('/proc/self/status').read()\n"
        "print(time.process_time(), int(re.search(r'VmRSS:\\s+(\\d+)', text)[1]) / 1024)\n"
    )
    seconds, megabytes = map(float, subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert seconds < 2, "seconds of processor time"
    assert megabytes < 95


def test_data_server_loads_no_web_framework() -> None:
    code = (
        "import sys, tradewind.api.data_service\n"
        "print([it for it in ('fastapi', 'starlette', 'uvicorn', 'pydantic', 'jwt') if it in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with ports.bind("127.0.0.1", 0) as listener, socket.socket() as client:
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
