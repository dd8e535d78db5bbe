"""What this machine allows: the design with no features.

An asyncio parent, a process forked ahead for each task, one transaction with FULL sync a hop on a table of
three columns. Nothing else: no DAG, no log, no retry, no database schema. What lies above these figures is
ours to justify.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure, removed_at_exit, repeat


def child(connection: socket.socket, *, reuse: bool) -> None:
    while connection.recv(64):
        connection.send(b"%.6f" % time.time())
        if not reuse:
            break
    os._exit(0)


class Floor:
    """A scheduler with nothing in it."""

    def __init__(self, folder: str, *, reuse: bool, spares: int) -> None:
        self.reuse, self.spares = reuse, spares
        self.database = sqlite3.connect(str(Path(folder) / "floor.db"), isolation_level=None)
        self.database.executescript(
            "pragma journal_mode=wal; pragma synchronous=full; create table if not exists task(id, state, at)"
        )
        self.pool: list[socket.socket] = []
        self.children = 0

    def fork(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            ours.close()
            child(theirs, reuse=self.reuse)
        theirs.close()
        ours.setblocking(False)
        self.pool.append(ours)
        self.children += 1

    def commit(self, name: str) -> None:
        self.database.execute("begin immediate")
        self.database.execute("insert into task values(?, 'queued', ?)", (name, time.time()))
        self.database.execute("update task set state='success' where id=?", (name,))
        self.database.execute("commit")

    async def one(self, name: str) -> tuple[float, float]:
        """(when the body ran, when its successor may be handed out)."""
        loop = asyncio.get_running_loop()
        worker = self.pool.pop() if self.pool else None
        while worker is None:
            self.fork()
            worker = self.pool.pop()
        await loop.sock_sendall(worker, b"go")
        if not self.reuse:
            loop.call_soon(self.fork)
        at = float(await loop.sock_recv(worker, 64))
        self.commit(name)
        if self.reuse:
            self.pool.append(worker)
        else:
            worker.close()
        return at, time.time()

    async def chain(self, length: int) -> dict[str, float]:
        times = [(await self.one(f"c{i}"))[0] for i in range(length)]
        return {"p50": statistics.median((b - a) * 1000 for a, b in pairwise(times))}

    async def fan(self, count: int) -> dict[str, float]:
        gate = asyncio.Semaphore(16)

        async def gated(name: str) -> None:
            async with gate:
                await self.one(name)

        begin = time.time()
        await asyncio.gather(*(gated(f"f{i}") for i in range(count)))
        return {"rate": count / (time.time() - begin)}

    def close(self) -> None:
        for worker in self.pool:
            worker.close()
        for _ in range(self.children):
            os.waitpid(-1, 0)


def files_made(count: int = 300) -> dict[str, float]:
    """What a task's log asks of the file system; slow if files were deleted lately (`removed_at_exit`)."""
    folder = removed_at_exit(Path(tempfile.mkdtemp()))
    begin = time.perf_counter()
    for number in range(count):
        place = folder / str(number)
        place.mkdir()
        (place / "log").touch()
    return {"made": (time.perf_counter() - begin) / count * 1e6}


def measure(times: int) -> list[Figure]:
    made = repeat(times, lambda _: files_made())
    figures = [Figure(name="bare floor: a folder and a file in it", unit="µs", values=made["made"])]
    for label, reuse in (("forked", False), ("process reused", True)):
        with tempfile.TemporaryDirectory() as folder:
            floor = Floor(folder, reuse=reuse, spares=16)
            for _ in range(16):
                floor.fork()
            chain = repeat(times, lambda _, f=floor: asyncio.run(f.chain(50)))
            fan = repeat(times, lambda _, f=floor: asyncio.run(f.fan(200)))
            floor.close()
        figures += [
            Figure(name=f"bare floor, {label}: start → next start, p50", unit="ms", values=chain["p50"]),
            Figure(name=f"bare floor, {label}: fan-out, 16 slots", unit="tasks/s", values=fan["rate"]),
        ]
    return figures
