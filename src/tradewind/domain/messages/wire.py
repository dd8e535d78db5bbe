"""Framing: four bytes of length (big endian), then one MessagePack-encoded struct."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec

from tradewind.domain.errors import ProtocolError

MAX_FRAME: Final = 256 * 1024 * 1024
"""A longer frame is a broken or hostile peer."""
READ_SIZE: Final = 1 << 16
"""So many bytes are read at a time. For more than 128 KiB malloc maps and unmaps memory at each read, which
costs more than the read.
"""

_encoder = msgspec.msgpack.Encoder()
M = TypeVar("M")


def frame(message: msgspec.Struct) -> bytes:
    """The message, ready to be written to a stream."""
    buffer = bytearray(4)
    _encoder.encode_into(message, buffer, 4)
    size = len(buffer) - 4
    if size > MAX_FRAME:
        raise ProtocolError(f"a message of {size} bytes is larger than the limit of {MAX_FRAME}")
    buffer[:4] = size.to_bytes(4, "big")
    return bytes(buffer)


@functools.cache
def _decoder_of(union: Any) -> msgspec.msgpack.Decoder[Any]:
    """Decoders hold no state, and making one is dear."""
    return msgspec.msgpack.Decoder(union)


class Frames:
    """Cuts a stream into messages of one union type."""

    def __init__(self, union: Any) -> None:
        self._decoder = _decoder_of(union)
        self._buffer = bytearray()

    def feed(self, data: bytes | memoryview) -> Iterator[Any]:
        """Each message that is complete with ``data``. Raises ProtocolError for what is not one."""
        self._buffer += data
        buffer = self._buffer
        start = 0
        while len(buffer) - start >= 4:
            size = int.from_bytes(buffer[start : start + 4], "big")
            if size > MAX_FRAME:
                raise ProtocolError(f"a message of {size} bytes is larger than the limit of {MAX_FRAME}")
            end = start + 4 + size
            if len(buffer) < end:
                break
            yield self._decode(bytes(buffer[start + 4 : end]))
            start = end
        if start:
            del buffer[:start]

    def _decode(self, body: bytes) -> Any:
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ProtocolError(f"not a message: {error}") from error
