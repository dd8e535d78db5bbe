"""An API server started by its command, with a configuration of its own; and servers beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.compat.cli.world import Home
from tests.integration.api.world import World, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def beside(url: str, *words: str) -> Iterator[str]:
    """A Python program that answers at that address."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(url) or process.poll() is not None, f"{words} to answer")
        assert process.poll() is None
        yield url
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.HTTPError:
        return False
    return True


@contextmanager
def installation(
    path: Path, *, plain: Mapping[str, str] | None = None, **environ: str
) -> Iterator[tuple[World, Home]]:
    """``airflow api-server`` in a home; options as environment variables without ``AIRFLOW__``. ``plain``:
    other environment variables.
    """
    world, port = World(path), free_port()
    world.url = f"http://127.0.0.1:{port}"
    settings = {f"AIRFLOW__{name}": value for name, value in environ.items()}
    home = Home(path, **{"AIRFLOW__API__BASE_URL": world.url, **settings, **(plain or {})})
    process = home.start("api-server", "--host", "127.0.0.1", "--port", str(port))
    try:
        wait_for(lambda: answers(world.url) or process.poll() is not None, "the API server", 40)
        assert process.poll() is None, home.printed("api-server")
        yield world, home
    finally:
        process.terminate()
        process.wait(20)
        world.close()
