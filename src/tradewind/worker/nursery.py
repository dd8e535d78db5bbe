"""``python -m tradewind.worker.nursery FD``: a small process from which a parent is forked for each DAG file.

The host starts it and sends the settings as the first packet on descriptor FD. It loads what every DAG file
needs, so that a parent starts with all that in memory shared with the others. It runs no user code.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from typing import NoReturn

import msgspec
import setproctitle

from tradewind.domain.messages import runner as messages
from tradewind.runtime.clock import Clock, SystemClock
from tradewind.worker import dagfile, packets, parent, rehearsal, tree

REHEARSALS = 12
"""CPython specialises code at its second to eighth run."""


def main() -> NoReturn:
    """Serve the host until it closes the socket. Never returns: this is a process of its own."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    sock.set_inheritable(False)
    _settle_in()
    settings, _ = packets.receive(sock, msgspec.msgpack.Decoder(messages.TaskSettings))
    if settings is not None:
        clock = SystemClock()
        preload(clock)
        Nursery(sock, settings, clock).serve()
    os._exit(0)


class Nursery:
    """The loop: fork a parent when asked, tell when one ended."""

    def __init__(self, sock: socket.socket, settings: messages.TaskSettings, clock: Clock) -> None:
        self._sock, self._settings, self._clock = sock, settings, clock
        self._decoder = msgspec.msgpack.Decoder(messages.ToNursery)
        self._parents: dict[int, int] = {}

    def serve(self) -> None:
        """Until the host is gone."""
        wake = wake_on_child()
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == wake.fileno():
                    drain(wake)
                    self._reap()
                elif not self._listen():
                    return

    def _listen(self) -> bool:
        message, fds = packets.receive(self._sock, self._decoder)
        if message is None:
            return False
        pid = os.fork()
        if pid == 0:
            self._sock.close()
            parent.run(socket.socket(fileno=fds[0]), self._settings, message, self._clock)
        os.close(fds[0])
        self._parents[pid] = message.parent
        self._tell(messages.ParentForked(parent=message.parent, pid=pid))
        return True

    def _reap(self) -> None:
        for pid, status in tree.reap():
            number = self._parents.pop(pid, None)
            if number is not None:
                self._tell(messages.ParentEnded(parent=number, pid=pid, status=status))

    def _tell(self, message: msgspec.Struct) -> None:
        try:
            packets.send(self._sock, packets.encode(message))
        except OSError:
            return  # the host is gone: the next read says so


def _settle_in() -> None:
    """Signals, descriptors and title of a process that nobody but the host talks to."""
    reset_signals()
    signal.signal(signal.SIGINT, lambda number, frame: None)  # Ctrl-C in a terminal is the host's business
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    setproctitle.setproctitle("airflow worker: nursery")
    gc.collect()
    gc.freeze()


def preload(clock: Clock) -> None:
    """Load what DAG files and tasks use, once for all parents."""
    dagfile.load_ahead()
    rehearsal.prepare()
    rehearsal.load_context(clock, templates=False)
    rehearsal.rehearse(clock, times=REHEARSALS)
    gc.collect()
    gc.freeze()


def reset_signals() -> None:
    """Default handlers, no wake-up descriptor: what a fork inherited belonged to somebody else."""
    signal.set_wakeup_fd(-1)
    for number in (
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGCHLD,
        signal.SIGHUP,
        signal.SIGALRM,
        signal.SIGIO,
    ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def wake_on_child() -> socket.socket:
    """A socket that becomes readable when a child of this process ends."""
    read, write = socket.socketpair()
    read.setblocking(False)
    write.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(write.detach(), warn_on_full_buffer=False)
    return read


def drain(sock: socket.socket) -> None:
    """Throw away what is in a wake-up socket."""
    try:
        while sock.recv(4096):
            pass
    except BlockingIOError:
        return


if __name__ == "__main__":
    main()
