"""Reading a task's log file: in pieces, or following it while it grows.

A log is a file of JSON lines, one per event; what is not JSON (an older log, output of a crashed interpreter)
is shown as it stands. Only whole lines are handed out, so a line that is being written is never torn.
"""

from __future__ import annotations

import base64
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tradewind.domain.errors import InvalidValue

_decoder = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()


def path_of(folder: Path, *, dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> Path:
    """Where the log of one try lies. The ids were checked (``domain.keys``), so none can climb out."""
    task = folder / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task_id}"
    if map_index >= 0:
        task /= f"map_index={map_index}"
    return task / f"attempt={try_number}.log"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Whole lines of a log, and where they end."""

    lines: list[dict[str, Any]]
    end: int
    """Offset of the first byte that was not read."""
    complete: bool
    """Nothing stood behind it when it was read."""


def read(path: Path, offset: int, limit: int | None, *, folder: Path, last: bool) -> Piece:
    """About ``limit`` bytes (None: all) from ``offset`` on, to the end of a line.

    ``last``: nobody writes any more, so a last line without line feed counts too. A file that is not there is
    an empty one; so is what is no plain file, or is reached by a link below ``folder``, the one of all logs.
    """
    try:
        with opened(path, folder) as stream:
            stream.seek(offset)
            data = stream.read() if limit is None else stream.read(limit)
            complete = limit is None or len(data) < limit
            if not complete and not data.endswith(b"\n"):
                data += stream.readline()
    except (FileNotFoundError, NotALog):
        return Piece(lines=[], end=offset, complete=True)
    cut = data.rfind(b"\n") + 1
    if complete and last:
        cut = len(data)
    return Piece(lines=[parse(line) for line in _lines(data[:cut])], end=offset + cut, complete=complete)


def tail(path: Path, size: int, *, folder: Path) -> list[dict[str, Any]]:
    """The last whole lines of a log that nobody writes any more, about ``size`` bytes of them."""
    try:
        with opened(path, folder) as stream:
            end = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, end - size))
            data = stream.read(size)
    except (FileNotFoundError, NotALog):
        return []
    whole = data if end <= size else data.partition(b"\n")[2]
    return [parse(line) for line in _lines(whole)]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a log, from the beginning of a line to the end of one."""

    start: int
    end: int
    size: int
    """Of the whole file."""


def span(path: Path, start: int, end: int | None, *, folder: Path) -> Span:
    """The span that begins with the first line at or after ``start`` (negative: counted from the end) and
    ends with the line in which ``end`` lies. A file that is not there is an empty one.
    """
    try:
        with opened(path, folder) as stream:
            size = stream.seek(0, os.SEEK_END)
            first = _line_start(stream, max(0, size + start) if start < 0 else min(start, size))
            after = size if end is None else _line_start(stream, min(max(end, first), size))
    except (FileNotFoundError, NotALog):
        return Span(start=0, end=0, size=0)
    return Span(start=first, end=after, size=size)


def _line_start(stream: BinaryIO, at: int) -> int:
    """The first beginning of a line at or after that byte."""
    if at == 0:
        return 0
    stream.seek(at - 1)
    stream.readline()
    return stream.tell()


def raw(path: Path, start: int, most: int, *, folder: Path, last: bool) -> bytes:
    """About ``most`` bytes from ``start`` on, to the end of a line; ``last`` as in ``read``."""
    try:
        with opened(path, folder) as stream:
            stream.seek(start)
            data = stream.read(most)
            if len(data) == most and not data.endswith(b"\n"):
                data += stream.readline()
    except (FileNotFoundError, NotALog):
        return b""
    return data if last else data[: data.rfind(b"\n") + 1]


class NotALog(OSError):
    """What lies there may belong to somebody else: tasks can put links into their folders of logs."""


def opened(path: Path, folder: Path) -> BinaryIO:
    """The file, each step below ``folder`` taken from a handle of the one before it, and no link followed.

    Raises FileNotFoundError, NotALog.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *above, name = path.relative_to(folder).parts
        for part in above:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = below
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise NotALog(f"{path} is reached by a link") from error
        raise
    finally:
        os.close(handle)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NotALog(f"{path} is no file")
    return os.fdopen(file, "rb")


def _lines(data: bytes) -> Iterator[bytes]:
    for line in data.split(b"\n"):
        if line.strip():
            yield line


def parse(line: bytes) -> dict[str, Any]:
    """One line as an object with at least ``event``."""
    if line.startswith(b"{"):
        try:
            found = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            found = {}
        if isinstance(found.get("event"), str):
            return found
    return {"event": line.decode(errors="replace").rstrip("\r")}


def as_text(line: dict[str, Any]) -> str:
    """The line for people who read text: ``[time] LEVEL - event``, then what else it says."""
    level = str(line.get("level", "")).upper()
    before = f"[{line['timestamp']}] " if line.get("timestamp") else ""
    said = [f"{name}={value}" for name, value in line.items() if name not in {"timestamp", "level", "event"}]
    return " ".join([f"{before}{level} - {line['event']}" if level else f"{before}{line['event']}", *said])


def as_words(line: dict[str, Any]) -> str:
    """What the line says, with the traceback that came with it, and nothing else."""
    trace = line.get("exception")
    return f"{line['event']}\n{trace}" if isinstance(trace, str) and trace else str(line["event"])


def heading(path: Path, folder: Path) -> list[dict[str, Any]]:
    """The lines with which every log begins: where it came from, folded away by clients that know groups."""
    return [
        {"event": "::group::Log message source details", "sources": [str(path.relative_to(folder))]},
        {"event": "::endgroup::"},
    ]


def encode_lines(lines: list[dict[str, Any]]) -> bytes:
    """Newline-delimited JSON."""
    return b"".join(_encoder.encode(line) + b"\n" for line in lines)


def token(offset: int) -> str:
    """What a client sends back to get what follows ``offset``. Opaque to it."""
    return base64.urlsafe_b64encode(f"1:{offset}".encode()).decode().rstrip("=")


def offset_of(text: str) -> int:
    """The offset in a token. Raises InvalidValue."""
    try:
        version, _, offset = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        if version == "1" and int(offset) >= 0:
            return int(offset)
    except ValueError:
        pass
    raise InvalidValue("token", text, "be the continuation_token of an earlier answer")
