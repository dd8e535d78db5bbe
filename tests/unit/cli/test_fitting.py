"""Tables that fit the terminal; pipes get everything."""

import io
from datetime import UTC, datetime

import pytest

from tradewind.cli import fitting, output

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
ROWS = [{"dag_id": "d", "fileloc": "/a/long/way/to/the/file.py", "at": AT, "state": "success"}]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(room: int, monkeypatch: pytest.MonkeyPatch, spare: tuple[str, ...] = ()) -> list[str]:
    monkeypatch.setattr(fitting, "width", lambda: room)
    stream = Terminal()
    output.show(ROWS, "table", spare=spare, stream=stream)
    return stream.getvalue().splitlines()


def test_a_pipe_gets_every_column_in_full() -> None:
    stream = io.StringIO()
    output.show(ROWS, "table", spare=("at", "fileloc"), stream=stream)
    assert "2026-01-02T03:04:05.678901+00:00" in stream.getvalue() and "\033" not in stream.getvalue()


def test_a_wide_terminal_keeps_every_column(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lines(100, monkeypatch, spare=("at",))
    assert "2026-01-02 03:04:05 |" in found[2] and "\033[32msuccess\033[0m" in found[2]


def test_a_narrow_one_drops_what_is_spare_then_the_beginning_of_paths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert lines(36, monkeypatch, spare=("at",)) == [
        "dag_id | fileloc           | state",
        "=======+===================+========",
        "d      | …y/to/the/file.py | success",
    ]


def test_nothing_is_coloured_where_colour_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in "".join(lines(100, monkeypatch))
