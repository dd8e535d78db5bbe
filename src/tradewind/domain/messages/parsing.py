"""DAG processor (database side) and importer (user side)."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.domain.spec import DagSpec


class ParseFile(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Import this file in a fresh child and tell what is in it."""

    path: str
    """Absolute; inside an archive ``/x/archive.zip/package/file.py``."""
    dags_folder: str
    timeout: float = 30.0
    memory_limit: int | None = None
    """Bytes of address space the child may have; None for no limit."""
    safe_mode: bool = True
    ticket: int = 0
    """Comes back in the answer: several files may be under way."""


class FileError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file, or one DAG of it, could not be used."""

    filename: str
    message: str
    """One line: what, the value, the way out."""
    line: int | None = None
    traceback: str = ""
    dag_id: str | None = None


class ParsedFile(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a file holds."""

    path: str
    dags: tuple[DagSpec, ...] = ()
    errors: tuple[FileError, ...] = ()
    warnings: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()
    """Absolute paths under the DAGs and plugins folders that importing it read."""
    seconds: float = 0.0
    output: str = ""
    """What it printed, cut to 64 KiB."""
    ticket: int = 0
    read: tuple[str, ...] = ()
    """Absolute paths of other files and folders that importing it looked at."""
    outside: tuple[str, ...] = ()
    """What else it asked (network, processes, variables …): its DAGs may change while no file does."""


class Lookup(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A file that is being imported asks for a ``variable`` or a ``connection``."""

    ticket: int
    kind: str
    name: str


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer: a variable's text, a connection's fields, or None."""

    ticket: int
    value: Any = None


ToImporter = ParseFile | Found
FromImporter = ParsedFile | Lookup
