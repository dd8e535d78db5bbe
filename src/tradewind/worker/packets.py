"""Messages with file descriptors beside them, one a packet, between processes of one machine."""

from __future__ import annotations

import array
import functools
import os
import socket
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tradewind.domain.errors import ProtocolError

MAX_PACKET: Final = 128 * 1024
MAX_FDS: Final = 4
_FD_SPACE: Final = socket.CMSG_SPACE(MAX_FDS * array.array("i").itemsize)
_encoder = msgspec.msgpack.Encoder()


@functools.cache
def decoder_of(union: Any) -> msgspec.msgpack.Decoder[Any]:
    """Decoders hold no state, and making one is dear."""
    return msgspec.msgpack.Decoder(union)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends that keep message borders."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def encode(message: msgspec.Struct) -> bytes:
    """The body of one packet. Raises ProtocolError when it would not fit."""
    body = _encoder.encode(message)
    if len(body) > MAX_PACKET:
        raise ProtocolError(f"a packet of {len(body)} bytes is larger than the limit of {MAX_PACKET}")
    return body


def send(sock: socket.socket, body: bytes, fds: Sequence[int] = ()) -> None:
    """One packet; the descriptors are copied into the peer. Raises OSError (BlockingIOError when full)."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    sock.sendmsg([body], ancillary)


def receive(sock: socket.socket, decoder: msgspec.msgpack.Decoder[Any]) -> tuple[Any, list[int]]:
    """The next message and its descriptors (close-on-exec); (None, []) when the peer closed.

    Raises BlockingIOError on an empty non-blocking socket, ProtocolError for what is no message.
    """
    try:
        data, ancillary, _, _ = sock.recvmsg(MAX_PACKET, _FD_SPACE, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:
        return None, []
    fds: list[int] = []
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            whole = len(content) - len(content) % array.array("i").itemsize
            fds.extend(array.array("i", content[:whole]))
    if not data:
        return None, []
    try:
        return decoder.decode(data), fds
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        for fd in fds:
            os.close(fd)
        raise ProtocolError(f"not a message: {error}") from error
