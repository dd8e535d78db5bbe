"""S20: what comes over a socket is a message of a closed list, or nothing: hostile bytes raise one error."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import data, lifecycle, wire

UNIONS: dict[str, Any] = {"host": lifecycle.FromHost, "scheduler": lifecycle.ToHost, "task": data.Call}
GOOD = wire.frame(lifecycle.Stop(attempts=(("0190a000-0000-7000-8000-000000000000", 1),), reason="x"))


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


CORPUS = {
    "empty": framed(b""),
    "pickle": framed(
        b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."
    ),
    "json": framed(b'{"type": "Stop"}'),
    "unknown kind": framed(msgspec.msgpack.encode({"type": "RunCommand", "command": ["id"]})),
    "no kind": framed(msgspec.msgpack.encode({"attempt_id": "x"})),
    "wrong types": framed(msgspec.msgpack.encode({"type": "Stop", "attempt_id": [1], "dispatch": "x"})),
    "deep": framed(b"\x91" * 100_000),
    "a promise of 4 GB": b"\xff\xff\xff\xff" + b"x" * 64,
    "an array of 4 billion": framed(b"\xdd\xff\xff\xff\xff"),
    "a text of 4 GB": framed(b"\xdb\xff\xff\xff\xff"),
    "not UTF-8": framed(b"\x81\xa4type\xa4\xff\xfe\xfd\xfc"),
}


@pytest.mark.parametrize("union", UNIONS.values(), ids=UNIONS)
@pytest.mark.parametrize("hostile", CORPUS.values(), ids=CORPUS)
def test_a_hostile_message_is_a_protocol_error(union: Any, hostile: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(wire.Frames(union).feed(hostile))


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_message_is_one_or_a_protocol_error(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        spoiled = bytearray(GOOD)
        for _ in range(rng.randrange(1, 6)):
            spoiled[rng.randrange(4, len(spoiled))] = rng.randrange(256)
        try:
            list(wire.Frames(lifecycle.ToHost).feed(bytes(spoiled)))
        except ProtocolError:
            continue
