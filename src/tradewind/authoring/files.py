"""Small tools of ``airflow.utils.file``."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

__all__ = ["TemporaryDirectory", "correct_maybe_zipped", "get_unique_dag_module_name", "mkdirs"]


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


def get_unique_dag_module_name(file_path: str) -> str:
    """The name of the module that a DAG file becomes."""
    from tradewind.authoring import loader

    return loader.module_name(str(file_path))
