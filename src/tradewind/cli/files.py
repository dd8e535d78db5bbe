"""Reading and writing the files of import and export commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tradewind.domain.errors import AirflowException

T = TypeVar("T")


class FileUnusable(AirflowException):
    """A file that was named cannot be read or written, or is not what the command needs."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}.")
        self.path = path


def read_json(path: str) -> dict[str, Any]:
    """A file with one JSON object. Raises FileUnusable."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileUnusable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise FileUnusable(path, f"it is not JSON ({error})") from error
    if not isinstance(found, dict):
        raise FileUnusable(path, "it must hold one JSON object")
    return found


def read_list(path: str, kind: type[T]) -> list[T]:
    """A file with a JSON list of such things. Raises FileUnusable."""
    try:
        found: list[T] = msgspec.json.decode(Path(path).read_bytes(), type=list[kind])  # type: ignore[valid-type]
        return found
    except OSError as error:
        raise FileUnusable(path, error.strerror or str(error)) from error
    except msgspec.MsgspecError as error:
        raise FileUnusable(path, f"it is not what the command needs ({error})") from error


def read_text(path: str) -> str:
    """A file of text, or standard input for ``-``. Raises FileUnusable."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise FileUnusable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise FileUnusable(path, "it is not text in UTF-8") from error


def write(path: str, text: str) -> None:
    """Write a file whole (mode 0600: it may hold secrets), or to standard output for ``-``. Raises
    FileUnusable.
    """
    if path == "-":
        sys.stdout.write(text)
        return
    target = Path(path)
    try:
        target.touch(mode=0o600)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileUnusable(path, error.strerror or str(error)) from error


def to_json(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=4, ensure_ascii=False, default=str) + "\n"
