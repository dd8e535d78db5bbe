"""Hints between processes of one machine: datagrams on a Unix socket. A lost one costs at most a second."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tradewind.domain.messages.wake import Wake
from tradewind.runtime import paths

if TYPE_CHECKING:
    import asyncio

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Wake)
_MOST = 4096


def send(run_dir: Path, wake: Wake, *, name: str = "") -> bool:
    """Tell whoever listens at the socket ``name``, by default the one whom such a wake-up concerns. Never
    blocks, never raises; False where nobody could be told.
    """
    name = name or (paths.PROCESSOR_WAKE if wake.kind == "parse" else paths.SCHEDULER_WAKE)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
            sender.sendto(_encoder.encode(wake), str(run_dir / name))
    except OSError:
        return False
    return True


class Receiver:
    """Listens for wake-ups. One per socket: the last that opens it gets them."""

    def __init__(self, run_dir: Path, *, name: str = paths.SCHEDULER_WAKE) -> None:
        self.path = run_dir / name
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(self.path))
        self.path.chmod(0o600)
        self._inode = self.path.stat().st_ino

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def drain(self) -> Iterator[Wake]:
        """Every wake-up that arrived; what is none is passed over."""
        for _ in range(_MOST):
            try:
                data = self._socket.recv(65536)
            except (BlockingIOError, OSError):
                return
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                yield _decoder.decode(data)

    def watch(self, loop: asyncio.AbstractEventLoop, heard: Callable[[list[Wake]], None]) -> None:
        """Call ``heard`` on the loop whenever wake-ups arrived."""
        loop.add_reader(self._socket.fileno(), lambda: heard(list(self.drain())))

    def unwatch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop calling."""
        loop.remove_reader(self._socket.fileno())

    def close(self) -> None:
        """Stop listening; the socket file goes, where it is still ours."""
        self._socket.close()
        with contextlib.suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()
