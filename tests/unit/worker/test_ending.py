from __future__ import annotations

import pytest

from tradewind.worker import ending


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (9, "killed by signal 9 (SIGKILL): often because the machine ran out of memory"),
        (11, "signal 11 (SIGSEGV): a crash in native code"),
        (3 << 8, "ended with exit code 3 before the task was done"),
        (0, "exit code 0"),
        (None, "in an unknown way"),
    ],
)
def test_every_end_is_explained(status: int | None, said: str) -> None:
    assert said in ending.explain(status, 0, None)


def test_memory_is_named() -> None:
    text = ending.explain(9, 512 * 1024, 1 << 30)
    assert "used up to 512 MiB" in text
    assert "limit is 1024 MiB" in text
