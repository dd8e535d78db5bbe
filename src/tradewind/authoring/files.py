"""Small tools of ``airflow.utils.file``."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

__all__ = [
    "TemporaryDirectory",
    "correct_maybe_zipped",
    "get_unique_dag_module_name",
    "mkdirs",
    "open_maybe_zipped",
]


def mkdirs(path: str, mode: int = 0o777) -> None:
    """Make a folder, and those above it; nothing happens where it is there."""
    Path(path).mkdir(mode=mode, parents=True, exist_ok=True)


def correct_maybe_zipped(fileloc: str | None) -> Any:
    """The path of the archive for a path that leads into one; any other path as it is."""
    if not fileloc:
        return fileloc
    from tradewind.authoring import loader  # brings much along

    archive, _ = loader.split_archive(os.fspath(fileloc))
    return archive or fileloc


def open_maybe_zipped(fileloc: str, mode: str = "r") -> IO[Any]:
    """Open a file as ``open`` does; one whose path leads into an archive is opened there, to be read as text.

    Raises OSError, and KeyError where the archive has no such file.
    """
    from tradewind.authoring import loader  # brings much along

    archive, inner = loader.split_archive(os.fspath(fileloc))
    if archive is None or not inner:
        return open(fileloc, mode)
    with zipfile.ZipFile(archive) as opened:  # it stays open until the file in it is closed
        return io.TextIOWrapper(opened.open(inner), encoding="utf-8")


def get_unique_dag_module_name(file_path: str) -> str:
    """The name of the module that a DAG file becomes."""
    from tradewind.authoring import loader

    return loader.module_name(str(file_path))
