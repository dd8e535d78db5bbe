"""The process that imports one DAG file, once, and forks the processes of its tasks ahead of time."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

import msgspec
import setproctitle

from tradewind.domain.errors import TradewindError
from tradewind.domain.messages import runner as messages
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER, Masker
from tradewind.worker import dagfile, nursery, packets, rehearsal, spare, tree
from tradewind.worker.board import Board, Slot
from tradewind.worker.rawoutput import RawOutput
from tradewind.worker.stage import Stage

MAX_STAMPS: Final = 800
"""More imported files than fit a packet are not watched."""


def run(
    sock: socket.socket, settings: messages.TaskSettings, start: messages.StartParent, clock: Clock
) -> NoReturn:
    """Import, then fork on demand until told to stop. Never returns: this is a process of its own."""
    nursery.reset_signals()
    setproctitle.setproctitle(f"airflow worker: {Path(start.path).name}")
    try:
        Parent(sock, settings, start, clock).serve()
    except BaseException:  # noqa: BLE001 - a process of its own: what it cannot handle ends it, and the host is told
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


class Child:
    """A task process, seen from its parent."""

    __slots__ = ("listening", "number", "pid", "raw", "slot")

    def __init__(self, number: int, pid: int, slot: Slot, raw: RawOutput) -> None:
        self.number, self.pid, self.slot, self.raw = number, pid, slot, raw
        self.listening = True


class Parent:
    """The loop: fork a spare when asked, read raw output, tell when a task process ended."""

    def __init__(
        self, sock: socket.socket, settings: messages.TaskSettings, start: messages.StartParent, clock: Clock
    ) -> None:
        self._sock, self._settings, self._start, self._clock = sock, settings, start, clock
        self._decoder = msgspec.msgpack.Decoder(messages.ToParent)
        self._children: dict[int, Child] = {}
        self._by_raw: dict[int, Child] = {}
        self._board = Board()
        self._open = True
        self._file = dagfile.EMPTY
        self._hazards: tuple[str, ...] = ()
        self._stage = Stage(settings)

    def serve(self) -> None:
        """Until the host says so, or is gone."""
        rehearsal.prepare()
        loaded = dagfile.load(self._start, self._settings, self._clock)
        self._file, self._hazards = loaded.file, loaded.hazards
        self._stage.install()
        templates = dagfile.has_templates(loaded.file)
        rehearsal.load_context(self._clock, self._stage.capture, templates=templates)
        rehearsal.rehearse(self._clock, self._stage.capture, times=2)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._tell(
            messages.Imported(
                pid=os.getpid(),
                seconds=loaded.seconds,
                stamps=loaded.stamps[:MAX_STAMPS],
                hazards=loaded.hazards,
            )
        )
        self._wake = nursery.wake_on_child()
        self._epoll = select.epoll()
        self._epoll.register(self._sock.fileno(), select.EPOLLIN)
        self._epoll.register(self._wake.fileno(), select.EPOLLIN)
        while self._open or self._children:
            for fd, _ in self._epoll.poll():
                self._handle(fd)

    def _handle(self, fd: int) -> None:
        if fd == self._sock.fileno():
            self._listen()
        elif fd == self._wake.fileno():
            nursery.drain(self._wake)
            self._reap()
        elif fd in self._by_raw and not self._by_raw[fd].raw.readable():
            self._ignore(self._by_raw[fd])

    def _listen(self) -> None:
        message, fds = packets.receive(self._sock, self._decoder)
        if message is None:
            self._end_all()
        elif isinstance(message, messages.ForkSpare):
            self._fork(message, fds)
        else:
            self._open = False

    def _ignore(self, child: Child) -> None:
        """Its pipe has no writer any more, or is to be closed.

        The host holds the pipe too, so that closing our descriptor would not take it off the list.
        """
        if child.listening:
            child.listening = False
            self._epoll.unregister(child.raw.fd)

    # --- making processes

    def _fork(self, message: messages.ForkSpare, fds: list[int]) -> None:
        sock, raw_in, raw_out = fds
        slot = self._board.lend()
        fresh = message.fresh or bool(self._hazards)
        try:
            pid = self._spawn(sock, raw_in, slot) if fresh else os.fork()
        except OSError as error:
            self._board.give_back(slot)
            for fd in fds:
                os.close(fd)
            reason = f"no process could be started: {error}"
            self._tell(messages.SpareFailed(spare=message.spare, reason=reason))
            return
        if pid == 0:
            os.close(raw_out)
            self._become_task(sock, raw_in, slot)
        os.close(sock)
        os.close(raw_in)
        raw = RawOutput(raw_out, slot, self._settings.log_folder, self._masker, self._clock)
        child = Child(message.spare, pid, slot, raw)
        self._children[pid] = self._by_raw[raw_out] = child
        self._epoll.register(raw_out, select.EPOLLIN)

    def _become_task(self, sock: int, raw: int, slot: Slot) -> NoReturn:
        """In the child: let go of what belongs to the parent."""
        self._sock.close()
        self._wake.close()
        self._epoll.close()
        for fd in self._by_raw:
            os.close(fd)
        given = spare.Given(sock=sock, raw=raw, slot=slot, settings=self._settings, file=self._file)
        spare.run(given, self._stage, self._clock)

    def _spawn(self, sock: int, raw: int, slot: Slot) -> int:
        """A fresh interpreter that imports the file by itself; what it needs waits on its standard input."""
        given = spare.Fresh(
            settings=self._settings,
            start=self._start,
            sock=sock,
            raw=raw,
            board=self._board.fd,
            slot=slot.index,
            hazards=self._hazards,
        )
        read, write = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "tradewind.worker.fresh"],
                stdin=read,
                stdout=raw,
                stderr=raw,
                pass_fds=(sock, raw, self._board.fd),
                start_new_session=False,
            )
            os.write(write, msgspec.msgpack.encode(given))
        finally:
            os.close(read)
            os.close(write)
        process.returncode = 0  # reaped here, not by subprocess
        return process.pid

    def _masker(self) -> Masker:
        """One per task process, beginning with what importing the file made known."""
        masker = Masker(names=self._settings.hide_names)
        masker.add(list(MASKER._values))
        return masker

    # --- ends

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is not None:
                self._ended(child, status, usage.ru_maxrss)

    def _ended(self, child: Child, status: int, max_rss: int) -> None:
        if status:
            tree.kill_group(child.pid, signal.SIGKILL)
        child.raw.drain()
        self._ignore(child)
        del self._by_raw[child.raw.fd]
        child.raw.close()
        self._board.give_back(child.slot)
        self._tell(messages.SpareEnded(spare=child.number, pid=child.pid, status=status, max_rss=max_rss))

    def _end_all(self) -> None:
        """The host is gone: no task of this file may go on, nor anything that one started."""
        below = tree.identities(tree.descendants(os.getpid()))
        for child in self._children.values():
            tree.kill_group(child.pid, signal.SIGTERM)
        deadline = self._clock.monotonic() + self._settings.term_grace
        while self._children and self._clock.monotonic() < deadline:
            self._reap()
            time.sleep(0.01)
        for child in self._children.values():
            tree.kill_all(child.pid)
        tree.kill_same(below)
        os._exit(0)

    def _tell(self, message: msgspec.Struct) -> None:
        try:
            packets.send(self._sock, packets.encode(message))
        except (OSError, TradewindError):
            return  # the host is gone: the next read says so
