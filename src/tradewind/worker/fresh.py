"""``python -m tradewind.worker.fresh``: a task process that was not forked and imports the DAG file itself.

Started by a parent, which leaves a ``spare.Fresh`` on standard input.
"""

from __future__ import annotations

import os

import msgspec

from tradewind.runtime.clock import SystemClock
from tradewind.worker import dagfile, rehearsal, spare
from tradewind.worker.board import Board
from tradewind.worker.stage import Stage


def main() -> None:
    """Import, then serve. Never returns."""
    given = msgspec.msgpack.decode(_everything(0), type=spare.Fresh)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    for fd in (given.sock, given.raw, given.board):
        os.set_inheritable(fd, False)
    clock = SystemClock()
    rehearsal.prepare()
    loaded = dagfile.load(given.start, given.settings, clock)
    stage = Stage(given.settings)
    stage.install()
    slot = Board(given.board).slot(given.slot)
    note = "; ".join(given.hazards)
    spare.run(
        spare.Given(sock=given.sock, raw=given.raw, slot=slot, settings=given.settings, file=loaded.file),
        stage,
        clock,
        note=f"The task runs in a fresh interpreter: {note}." if note else "",
    )


def _everything(fd: int) -> bytes:
    parts = []
    while part := os.read(fd, 1 << 16):
        parts.append(part)
    return b"".join(parts)


if __name__ == "__main__":
    main()
