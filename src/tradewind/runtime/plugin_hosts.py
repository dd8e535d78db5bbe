"""The plug-in hosts of a process: processes that compute with what plug-ins bring, so that this one need not.

One is started at the first question and closed when nothing was asked for a while. A question that takes too
long, or that a host dies of, costs that host and an error; it holds up nobody else's: the questions about one
class are asked one after the other, those about different ones at the same time, of up to ``MOST`` hosts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from tradewind.domain.errors import ProtocolError, TradewindError
from tradewind.domain.messages import plugins as messages
from tradewind.domain.messages import wire
from tradewind.runtime import plugins, processes

COMMAND: Final = (sys.executable, "-m", "tradewind.worker.plugin_host")
IDLE: Final = 60.0
"""Seconds after which a host without questions is closed."""
LIMIT: Final = 10.0
"""Seconds that a question may take; the first one of a host also loads the plug-ins."""
MOST: Final = 3
"""Hosts at one time."""
IN_LINE: Final = 4
"""So many questions about one class may wait for an earlier one; more are refused at once."""
ROUNDS: Final = 20
"""Questions that one piece of work may ask."""


class PluginFailed(TradewindError):
    """A plug-in gives no answer: it raised, hangs, is gone, or answered what nobody can use."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The plug-in's {name} gives no answer: {why}.")
        self.name, self.why = name, why


class PluginHosts:
    """Answers questions from any thread. ``folder`` is that of plug-ins; ``environ`` is what hosts see."""

    def __init__(
        self,
        *,
        folder: Path,
        environ: Mapping[str, str],
        command: Sequence[str] = COMMAND,
        limit: float = LIMIT,
        idle: float = IDLE,
    ) -> None:
        self._folder, self._environ, self._command = folder, environ, command
        self._limit, self._idle_after = limit, idle
        self._changed = threading.Condition()
        self._idle: list[_Host] = []
        self._busy: set[_Host] = set()
        self._lines: dict[str, int] = {}
        self._asked: set[str] = set()
        self._closed = False
        # A host dies with the thread that started it, so this thread stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="plugin-hosts")
        self._timer: threading.Timer | None = None

    def ask(self, question: messages.Question) -> messages.Answer:
        """The answer. Raises PluginFailed after at most three times ``limit`` seconds."""
        if isinstance(question, messages.ListHooks) and not self._has_plugins():
            return messages.HooksAre()
        with self._turn(question.name):
            host = self._take(question.name)
            try:
                reply = host.exchange(question, time.monotonic() + self._limit)
            except TimeoutError:
                self._lose(host)
                raise PluginFailed(question.name, f"it did not answer in {self._limit:g} s") from None
            except (OSError, ProtocolError) as error:
                self._lose(host)
                raise PluginFailed(question.name, f"the plug-in host died of it ({error})") from error
            except BaseException:
                self._lose(host)
                raise
            self._give_back(host)
        if isinstance(reply, messages.Failed):
            raise PluginFailed(question.name, reply.error)
        return reply

    def close(self) -> None:
        """End the hosts; who waits for an answer gets none."""
        with self._changed:
            self._closed = True
            hosts = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for host in hosts:
            host.end()
        if self._timer is not None:
            self._timer.cancel()
        self._starter.shutdown(wait=False, cancel_futures=True)

    @contextlib.contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        """Wait until nothing else is asked about that class."""
        with self._changed:
            if self._lines.get(name, 0) > IN_LINE:
                raise PluginFailed(name, "too many wait for its answers already; ask again")
            self._lines[name] = self._lines.get(name, 0) + 1
            try:
                if not self._changed.wait_for(lambda: name not in self._asked or self._closed, self._limit):
                    raise PluginFailed(name, f"it is busy with another question for {self._limit:g} s")
                self._asked.add(name)
            finally:
                self._lines[name] -= 1
                if not self._lines[name]:
                    del self._lines[name]
        try:
            yield
        finally:
            with self._changed:
                self._asked.discard(name)
                self._changed.notify_all()

    def _take(self, name: str) -> _Host:
        """A host that knows the plug-ins as they are now."""
        stamp = self._stamp()
        with self._changed:
            ready = self._changed.wait_for(
                lambda: self._idle or len(self._busy) < MOST or self._closed, self._limit
            )
            if self._closed or not ready:
                why = "the hosts are closed" if self._closed else "all plug-in hosts are busy"
                raise PluginFailed(name, why)
            host = self._idle.pop() if self._idle else _Host(stamp)
            self._busy.add(host)
        try:
            if host.stamp != stamp or not host.lives():
                host.end()
                host.stamp = stamp
                self._starter.submit(host.start, self._command, self._folder, self._environ).result()
        except (processes.CannotStart, RuntimeError, CancelledError) as error:
            self._lose(host)
            raise PluginFailed(name, f"no plug-in host can be started ({error})") from error
        if self._closed:  # while it started, so that nobody else has ended it
            self._lose(host)
            raise PluginFailed(name, "the hosts are closed")
        return host

    def _give_back(self, host: _Host) -> None:
        with self._changed:
            self._busy.discard(host)
            host.idle_since = time.monotonic()
            if self._closed:
                host.end()
                return
            self._idle.append(host)
            self._watch()
            self._changed.notify_all()

    def _lose(self, host: _Host) -> None:
        host.end()
        with self._changed:
            self._busy.discard(host)
            self._changed.notify_all()

    def _watch(self) -> None:
        """Look again when the host that was idle longest has been so for long enough."""
        if self._timer is None and self._idle:
            due = min(host.idle_since for host in self._idle) + self._idle_after
            self._timer = threading.Timer(max(0.0, due - time.monotonic()), self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._changed:
            self._timer = None
            now = time.monotonic()
            old = [host for host in self._idle if now - host.idle_since >= self._idle_after]
            self._idle = [host for host in self._idle if host not in old]
            self._watch()
        for host in old:
            host.end()

    def _has_plugins(self) -> bool:
        return bool(plugins.plugin_files(self._folder) or plugins.entry_points())

    def _stamp(self) -> tuple[Any, ...]:
        """Which plug-ins there are, and when each was changed."""
        found = []
        for path in plugins.plugin_files(self._folder):
            with contextlib.suppress(OSError):
                found.append((str(path), path.stat().st_mtime_ns))
        return tuple(found)


class _Host:
    """One process, and the socket to it."""

    def __init__(self, stamp: tuple[Any, ...]) -> None:
        self.stamp = stamp
        self.idle_since = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._frames = wire.Frames(messages.Reply)

    def lives(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
        """Start the process. Raises CannotStart."""
        self._line, theirs = socket.socketpair()
        self._frames = wire.Frames(messages.Reply)
        with theirs:
            number = theirs.fileno()
            self._process = processes.spawn(
                [*command, str(number), str(folder)],
                env=processes.clean_environment(environ),
                pass_fds=[number],
            )

    def exchange(self, question: messages.Question, until: float) -> messages.Reply:
        """Ask. Raises TimeoutError, ConnectionError, ProtocolError."""
        line = self._line
        if line is None:
            raise ConnectionError("it is not there")
        line.settimeout(max(0.001, until - time.monotonic()))
        line.sendall(wire.frame(question))
        while True:
            line.settimeout(max(0.001, until - time.monotonic()))
            data = line.recv(wire.READ_SIZE)
            if not data:
                raise ConnectionError("it closed its socket")
            replies: list[messages.Reply] = list(self._frames.feed(data))
            if len(replies) > 1:
                raise ProtocolError("it gave more than one answer")
            if replies:
                return replies[0]

    def end(self) -> None:
        """Kill it and all it started."""
        line, process = self._line, self._process
        self._process = self._line = None  # first: the thread that is woken below comes here as well
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for an answer
            line.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# --- work that plug-ins have a say in --------------------------------------------------------------------

T = TypeVar("T")
Ask = Callable[[messages.Question], messages.Answer]


class Unanswered(Exception):
    """Raised by ``Answers`` where it has no answer yet."""

    def __init__(self, question: messages.Question) -> None:
        super().__init__(f"{question.name} has not been asked yet.")
        self.question = question


class Answers:
    """What is known so far. Calling it with a question that is not raises Unanswered, and PluginFailed where
    one piece of work asks without end.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, messages.Answer] = {}

    def __call__(self, question: messages.Question) -> messages.Answer:
        found = self._known.get(key_of(question))
        if found is not None:
            return found
        if len(self._known) == ROUNDS:
            raise PluginFailed(question.name, f"more than {ROUNDS} answers of it are needed at once")
        raise Unanswered(question)

    def learn(self, question: messages.Question, answer: messages.Answer) -> None:
        """From now on this is the answer."""
        self._known[key_of(question)] = answer


def key_of(question: messages.Question) -> bytes:
    """Equal for equal questions."""
    return msgspec.json.encode(question, order="deterministic")


def with_answers(ask: Ask, work: Callable[[Ask], T]) -> T:
    """Do ``work``, from its beginning again each time that it needs an answer which is not there yet.

    So no transaction is open, and no lock held, while a plug-in is asked: ``work`` opens its own, and leaves
    nothing behind when it raises. Raises what ``work`` and ``ask`` raise.
    """
    answers = Answers()
    while True:
        try:
            return work(answers)
        except Unanswered as missing:
            question = missing.question
        answers.learn(question, ask(question))


def nobody(question: messages.Question) -> messages.Answer:
    """Where there is no plug-in host. Raises PluginFailed."""
    raise PluginFailed(question.name, "this process has no plug-in host")
