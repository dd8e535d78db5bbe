"""How importing a file ended, in words for its author."""

from __future__ import annotations

import signal
from enum import Enum, auto
from typing import Final

import msgspec

from tradewind.dag_processor import guard
from tradewind.domain.messages.parsing import FileError, ParsedFile, ParseFile


class Why(Enum):
    """Why a child is gone."""

    ITSELF = auto()
    TOO_LONG = auto()
    TOO_MANY = auto()
    STOPPED = auto()


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How a child ended. ``code`` is negative for a signal."""

    why: Why
    code: int
    printed: str = ""
    seconds: float = 0.0


_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})


def verdict(request: ParseFile, result: ParsedFile | None, end: End) -> ParsedFile:
    """The answer for a file: what its child said, else what its end says."""
    if result is None or end.why is Why.TOO_MANY:
        result = _error(request, _message(request, end), end.printed)
    return msgspec.structs.replace(
        result,
        path=request.path,
        ticket=request.ticket,
        errors=tuple(_explain(request, error) for error in result.errors),
        output=end.printed,
        seconds=end.seconds,
    )


def cannot_fork(request: ParseFile, error: OSError) -> ParsedFile:
    """The machine has no process to spare."""
    message = (
        f"Importing {request.path} needs a process, and the system gave none: {error.strerror or error}."
    )
    return _error(request, message)


def lost(request: ParseFile, reason: str) -> ParsedFile:
    """The importer died with the file, twice."""
    message = f"Importing {request.path} ended the process that imports DAG files ({reason})."
    return _error(request, message)


def _error(request: ParseFile, message: str, printed: str = "") -> ParsedFile:
    error = FileError(filename=request.path, message=message, traceback=_last(printed))
    return ParsedFile(path=request.path, ticket=request.ticket, errors=(error,))


def _message(request: ParseFile, end: End) -> str:
    path = request.path
    if end.why is Why.TOO_LONG:
        return too_long(path, request.timeout)
    if end.why is Why.TOO_MANY:
        return (
            f"Importing {path} started more than {guard.MOST_PROCESSES // 2} processes; it was stopped "
            "with all of them. Start processes in tasks, not while the file is imported."
        )
    if end.why is Why.STOPPED:
        return f"Importing {path} was stopped because the DAG processor stops."
    if end.code >= 0:
        return (
            f"Importing {path} ended its process with exit code {end.code} (os._exit, perhaps). Do not end "
            "the process at the top level of a DAG file."
        )
    return _by_signal(request, signal.Signals(-end.code))


def too_long(path: str, timeout: float) -> str:
    """The message for a file that takes too long."""
    return (
        f"Importing {path} took longer than {timeout:g} s ([core] dagbag_import_timeout) and was stopped. "
        "Move slow work from the top level of the file into tasks."
    )


def _by_signal(request: ParseFile, number: signal.Signals) -> str:
    path = request.path
    if number in _CRASHES:
        return f"Importing {path} crashed with {number.name}: a compiled library that it uses failed."
    if number is signal.SIGABRT:
        return f"Importing {path} aborted its process (SIGABRT)."
    if number is signal.SIGXCPU:
        return f"Importing {path} used more processor time than it may; it was stopped."
    if number is signal.SIGKILL:
        return f"Importing {path} was killed (SIGKILL); the system may have run out of memory."
    return f"Importing {path} was ended by {number.name}."


def _explain(request: ParseFile, error: FileError) -> FileError:
    """Say more where the exception says little."""
    if error.message.startswith("MemoryError") and request.memory_limit:
        megabytes = request.memory_limit // (1024 * 1024)
        message = (
            f"MemoryError: importing {request.path} needs more than the {megabytes} MiB that a DAG file may "
            "have ([dag_processor] file_memory_limit)."
        )
        return msgspec.structs.replace(error, message=message)
    if error.message.startswith("SystemExit"):
        message = (
            f"Importing {request.path} called sys.exit ({error.message.rstrip('.')}). Do not end the process "
            "at the top level of a DAG file."
        )
        return msgspec.structs.replace(error, message=message)
    return error


def _last(printed: str, limit: int = 4000) -> str:
    """The end of what it printed: a crash's stack is there."""
    return printed[-limit:]
