from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind.domain.events import Succeeded
from tradewind.domain.messages.lifecycle import Held
from tradewind.domain.messages.report import Finished
from tradewind.worker import ledger as ledgers
from tradewind.worker.ledger import Ledger, Taken

AT = datetime(2026, 1, 1, tzinfo=UTC)


def taken(name: str) -> Taken:
    return Taken(held=Held(attempt_id=name, dispatch=1, dag_id="d", run_id="r"), pid=1, started=2, boot="b")


def finished(name: str, note: str = "", **outcome: bool) -> Finished:
    return Finished(
        attempt_id=name,
        dispatch=1,
        dag_id="d",
        run_id="r",
        started_at=None,
        at=AT,
        outcome=Succeeded(**outcome),
        note=note,
    )


def test_what_was_taken_ended_and_forgotten_is_known_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "host.ledger"
    first = Ledger(path)
    for name in "abc":
        first.took(taken(name))
    first.ended(finished("a"))
    first.ended(finished("b"))
    first.forget([("a", 1), ("never", 1)])
    first.close()
    second = Ledger(path)
    assert set(second.running) == {("c", 1)}
    assert second.unacknowledged == {("b", 1): finished("b")}
    assert second.knows(("b", 1))
    assert not second.knows(("a", 1))
    second.close()


@pytest.mark.parametrize("tidied", [False, True])
def test_a_success_whose_callbacks_run_is_told_and_still_runs(
    tmp_path: Path, tidied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement of the one word is not that of the other."""
    path = tmp_path / "host.ledger"
    first = Ledger(path)
    for name in "abc":
        first.took(taken(name))
        first.told(finished(name, calling=True))
    first.ended(finished("c", called=True))
    monkeypatch.setattr(ledgers, "TIDY_ALWAYS", 0 if tidied else ledgers.TIDY_ALWAYS)
    first.forget([("a", 1), ("c", 1)])
    first.close()
    second = Ledger(path)
    assert (set(second.running), set(second.calling)) == ({("a", 1), ("b", 1)}, {("a", 1), ("b", 1)})
    assert set(second.unacknowledged) == {("b", 1), ("c", 1)}
    second.forget([], [("c", 1)])
    assert set(second.unacknowledged) == {("b", 1)}
    second.close()


def test_a_torn_last_entry_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "host.ledger"
    first = Ledger(path)
    first.took(taken("a"))
    first.took(taken("b"))
    first.close()
    path.write_bytes(path.read_bytes()[:-3])
    second = Ledger(path)
    assert set(second.running) == {("a", 1)}
    second.close()


def test_garbage_is_no_reason_not_to_start(tmp_path: Path) -> None:
    path = tmp_path / "host.ledger"
    path.write_bytes(b"\0\0\0\x05hello" * 10)
    made = Ledger(path)
    assert made.running == {}
    made.close()


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "TIDY_WHEN_IDLE", 2000)
    path = tmp_path / "host.ledger"
    made = Ledger(path)
    for number in range(200):
        made.took(taken(str(number)))
        made.ended(finished(str(number), "x" * 50))
        made.forget([(str(number), 1)])
    assert path.stat().st_size < 3000
    made.close()
