"""Locks that the kernel frees when their holder dies, and pid files."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType

from tradewind.domain.errors import Conflict
from tradewind.runtime.processes import Identity, identity


class AlreadyRunning(Conflict):
    """Another process holds the lock."""

    def __init__(self, what: str, pid: int | None, path: Path) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(f"{what} is already running as {who} (it holds {path}). Stop it first.")
        self.pid, self.path = pid, path


class Lock:
    """An exclusive lock on a file. Held until ``release`` or the process's end; not inherited."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def acquire(self) -> bool:
        """Take the lock and write our pid into the file. False where somebody else has it."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd
        return True

    def holder(self) -> int | None:
        """The pid of the process that holds the lock, or None where nobody does."""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _number(os.pread(fd, 32, 0).decode("ascii", "replace"))
        finally:
            os.close(fd)
        return None

    def require(self, what: str) -> None:
        """Take the lock, or raise AlreadyRunning that names ``what`` and who holds it."""
        if not self.acquire():
            raise AlreadyRunning(what, self.holder(), self.path)

    def release(self) -> None:
        """Give it back; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._fd is not None

    def __enter__(self) -> Lock:
        self.require(self.path.stem)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class PidFile:
    """A file with our pid, for people's scripts. A stale one is replaced; a living process's is respected."""

    def __init__(self, path: Path, what: str) -> None:
        self.path, self._what = path, what

    def write(self) -> None:
        """Write our pid. Raises AlreadyRunning where the named process lives and is of our kind."""
        found = read_pid(self.path)
        if found is not None and found != os.getpid() and _is_ours(found):
            raise AlreadyRunning(self._what, found, self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(f"{os.getpid()}\n", encoding="ascii")

    def remove(self) -> None:
        """Remove it, where it is still ours."""
        if read_pid(self.path) == os.getpid():
            with contextlib.suppress(OSError):
                self.path.unlink()


def read_pid(path: Path) -> int | None:
    """The number in a pid file, or None."""
    try:
        return _number(path.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None


def living(path: Path) -> Identity | None:
    """The living process that a pid file names."""
    pid = read_pid(path)
    return identity(pid) if pid is not None and _is_ours(pid) else None


def _is_ours(pid: int) -> bool:
    """Whether the pid belongs to a process of this product, not to a stranger that got a recycled number."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().lower()
    except OSError:
        return False
    return identity(pid) is not None and (b"airflow" in line or b"tradewind" in line)


def _number(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped) if stripped.isdigit() else None
