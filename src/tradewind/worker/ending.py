"""What a process's end means, in words for the task's log."""

from __future__ import annotations

import os
import signal
from typing import Final

_SIGNALS: Final[dict[int, str]] = {
    signal.SIGKILL: (
        "often because the machine ran out of memory, sometimes because somebody killed it by hand"
    ),
    signal.SIGSEGV: "a crash in native code: look for a broken or mismatched compiled library",
    signal.SIGBUS: "a crash in native code, or a full disk under a memory-mapped file",
    signal.SIGABRT: "native code gave up, often after it failed to get memory",
    signal.SIGFPE: "an arithmetic error in native code",
    signal.SIGILL: "native code that is not made for this processor",
    signal.SIGTERM: "it was asked to stop from outside",
    signal.SIGINT: "it was interrupted from outside",
    signal.SIGXCPU: "it used up its processor time limit",
    signal.SIGXFSZ: "it wrote a file larger than its limit",
    signal.SIGPIPE: "it wrote to a pipe that nobody reads",
}


def how(status: int | None) -> str:
    """``killed by signal 9 (SIGKILL)`` or ``exit code 3``, from a wait status."""
    if status is None:
        return "in an unknown way"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"killed by signal {number} ({_name(number)})"
    return f"exit code {os.waitstatus_to_exitcode(status)}"


def explain(status: int | None, max_rss: int, memory_limit: int | None) -> str:
    """One line on why a task's process ended without a report. ``max_rss`` is in KiB."""
    if status is None:
        return "The task process ended in an unknown way, without a report."
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return (
            f"The task process ended with exit code {code} before the task was done: "
            "user code, or a library, ended it (os._exit)."
        )
    number = os.WTERMSIG(status)
    text = f"The task process was killed by signal {number} ({_name(number)})"
    hint = _SIGNALS.get(number)
    text += f": {hint}." if hint else "."
    if max_rss:
        text += f" It had used up to {max_rss // 1024} MiB of memory"
        text += f"; its limit is {memory_limit >> 20} MiB." if memory_limit else "."
    return text


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
