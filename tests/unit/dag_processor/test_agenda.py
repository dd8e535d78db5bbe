"""Which file is read next, and when again."""

from __future__ import annotations

from tradewind.dag_processor.agenda import LONGEST, Agenda
from tradewind.dag_processor.discovery import Stamp


def stamp(number: int) -> Stamp:
    return Stamp(number, 1, 1)


def read(
    agenda: Agenda, now: float, *, result: str = "r", outside: bool = False, seconds: float = 0.01
) -> str:
    entry = agenda.next(now)
    assert entry is not None
    agenda.done(entry.path, now, seconds=seconds, result=result, read={}, outside=outside, broken=False)
    return entry.path


def test_changed_files_go_before_new_ones() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    assert read(agenda, 0) == "a"
    files = {"a": stamp(2), **{f"new{n}": stamp(10 + n) for n in range(500)}}
    agenda.seen(files, 1)
    assert read(agenda, 1) == "a"
    assert read(agenda, 1) == "new499"  # the newest of the new ones


def test_alphabetical_order() -> None:
    agenda = Agenda(interval=30, order="alphabetical")
    agenda.seen({"b": stamp(9), "a": stamp(1)}, 0)
    assert [read(agenda, 0), read(agenda, 0)] == ["a", "b"]
    assert agenda.next(0) is None


def test_unchanged_files_are_read_ever_more_seldom() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    now, gaps = 0.0, []
    read(agenda, now)
    for _ in range(7):
        wait = agenda.due(now)
        assert agenda.next(now + wait - 0.5) is None
        now += wait
        read(agenda, now)
        gaps.append(round(wait))
    assert gaps == [30, 60, 120, 240, 480, 600, 600]
    assert max(gaps) == LONGEST


def test_files_that_ask_outside_are_read_each_interval() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    read(agenda, 0, outside=True)
    for number in range(1, 5):
        assert agenda.next(30 * number - 1) is None
        read(agenda, 30 * number, outside=True)


def test_reading_again_has_a_budget() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1), "b": stamp(2)}, 0)
    read(agenda, 0, outside=True)
    read(agenda, 0, outside=True)
    read(agenda, 40, outside=True, seconds=2)
    assert agenda.next(79) is None
    assert agenda.next(81) is not None


def test_a_change_has_no_budget() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    read(agenda, 0, outside=True)
    read(agenda, 40, outside=True, seconds=100)
    agenda.seen({"a": stamp(2)}, 41)
    assert read(agenda, 41, result="other") == "a"


def test_a_file_that_changes_while_it_is_read_is_read_once_more() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    assert agenda.next(0).path == "a"
    agenda.seen({"a": stamp(2)}, 1)
    assert agenda.next(1) is None
    agenda.done("a", 2, seconds=1, result="r", read={}, outside=False, broken=False)
    assert read(agenda, 2) == "a"


def test_who_read_a_changed_module_is_read_again() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1), "b": stamp(2)}, 0)
    for _ in range(2):
        entry = agenda.next(0)
        module = {"m": stamp(5)} if entry.path == "a" else {}
        agenda.done(entry.path, 0, seconds=0, result="r", read=module, outside=False, broken=False)
    assert agenda.besides() == {"m"}
    agenda.moved({"m": stamp(6)}, 1)
    assert read(agenda, 1) == "a"
    assert agenda.next(1) is None


def test_broken_files_are_tried_when_a_file_appears() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    agenda.next(0)
    agenda.done("a", 0, seconds=0, result="r", read={}, outside=False, broken=True)
    agenda.seen({"a": stamp(1), "b": stamp(1)}, 1)
    assert {read(agenda, 1), read(agenda, 1)} == {"a", "b"}


def test_deleted_files_are_forgotten_even_while_they_are_read() -> None:
    agenda = Agenda(interval=30)
    agenda.seen({"a": stamp(1)}, 0)
    agenda.next(0)
    assert agenda.seen({}, 1) == ["a"]
    assert not agenda.done("a", 2, seconds=1, result="r", read={}, outside=False, broken=False)
    assert agenda.due(2) is None
    assert agenda.idle
