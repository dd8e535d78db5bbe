from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tradewind.client import logs
from tradewind.telemetry.masking import Masker
from tradewind.worker import rawoutput
from tradewind.worker.board import Board
from tradewind.worker.rawoutput import RawOutput


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


def read(path: Path) -> list[dict]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def test_lines_are_json_and_masked_everywhere(tmp_path: Path) -> None:
    masker = Masker()
    masker.add("hidden-value")
    log = logs.LogFile(str(tmp_path), "a/b/c.log", masker, Clock())
    log.write("info", "the hidden-value is", "x", exception="trace hidden-value", number=3)
    log.write("info", "lone \udcff surrogate", "x", odd=object)
    log.close()
    first, second = read(tmp_path / "a/b/c.log")
    assert first["event"] == "the *** is"
    assert first["exception"] == "trace ***"
    assert first["number"] == 3
    assert second["event"] == "lone \\udcff surrogate"


class Odd:
    """No JSON, and it says too much of itself."""

    def __str__(self) -> str:
        return "Odd(hidden-value)"


def test_extras_are_masked_whatever_they_are(tmp_path: Path) -> None:
    """By value at any depth, and by the names of keys."""
    masker = Masker()
    masker.add("hidden-value")
    log = logs.LogFile(str(tmp_path), "c.log", masker, Clock())
    log.write("info", "x", "x", inside={"at": ["a hidden-value"]}, given={"password": "other"}, number=3)
    log.write("info", "x", "x", odd=Odd())
    log.close()
    first, second = read(tmp_path / "c.log")
    assert (first["inside"], first["given"], first["number"]) == ({"at": ["a ***"]}, {"password": "***"}, 3)
    assert second["odd"] == "Odd(***)"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '{"timestamp":"2026-01-02T03:04:05.678901Z","level":"error","event":"boom","logger":"x"}',
            "[2026-01-02T03:04:05.678] ERROR - boom",
        ),
        (
            '{"timestamp":"2026-01-02T03:04:05Z","event":"e","exception":"tr"}',
            "[2026-01-02T03:04:05] INFO - e\ntr",
        ),
        ("an old plain line\n", "an old plain line"),
        ("[1, 2]", "[1, 2]"),
        ("", ""),
    ],
)
def test_for_people(line: str, shown: str) -> None:
    assert logs.render(line) == shown


def raw(tmp_path: Path, masker: Masker) -> tuple[RawOutput, int, Path]:
    import os

    read_end, write_end = os.pipe()
    slot = Board().lend()
    slot.begin("r.log")
    return RawOutput(read_end, slot, str(tmp_path), lambda: masker, Clock()), write_end, tmp_path / "r.log"


def test_raw_output_becomes_lines_and_secrets_are_learned_in_order(tmp_path: Path) -> None:
    import os

    output, fd, path = raw(tmp_path, Masker())
    os.write(fd, b"begin ")
    assert output.readable()
    rawoutput.announce_secrets(fd, frozenset({"swordfish"}))
    os.write(fd, b"swordfish end\nhalf a li")
    assert output.readable()
    os.write(fd, b"ne\nno end")
    os.close(fd)
    output.drain()
    output.close()
    assert [line["event"] for line in read(path)] == ["begin *** end", "half a line", "no end"]


def test_a_message_cut_in_two_is_still_one(tmp_path: Path) -> None:
    import os

    output, fd, path = raw(tmp_path, Masker())
    for part in (b"a\n\x1e", b'\x02["sword', b'fish"]\nb swordfish\n'):
        os.write(fd, part)
        output.readable()
    os.close(fd)
    output.drain()
    output.close()
    assert [line["event"] for line in read(path)] == ["a", "b ***"]


def test_an_endless_line_hides_a_secret_at_its_cut(tmp_path: Path) -> None:
    import os

    masker = Masker()
    masker.add("swordfish")
    output, fd, path = raw(tmp_path, masker)
    text = b"swordfish" * 40_000
    for at in range(0, len(text), 50_000):
        os.write(fd, text[at : at + 50_000])
        output.readable()
    os.close(fd)
    output.drain()
    output.close()
    assert "".join(line["event"] for line in read(path)) == "***" * 40_000
