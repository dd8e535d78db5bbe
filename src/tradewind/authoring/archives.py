"""DAG files inside archives (``folder/all.zip/etl.py``).

Reading archives loads much, so whoever asks imports this module where there is one.
"""

from __future__ import annotations

import zipfile

UNREADABLE = (OSError, KeyError, zipfile.BadZipFile)
"""What reading one may raise."""


def is_one(path: str) -> bool:
    """Whether that file is there, and an archive."""
    return zipfile.is_zipfile(path)


def members(archive: str) -> list[str]:
    """Only files at the top of an archive are DAG files; the others are what they import."""
    with zipfile.ZipFile(archive) as opened:
        return _members(opened)


def source(archive: str, name: str) -> bytes:
    """A file of it. Raises what is in ``UNREADABLE``."""
    with zipfile.ZipFile(archive) as opened:
        return opened.read(name)


def sources(archive: str) -> list[bytes]:
    """Its DAG files. Raises what is in ``UNREADABLE``."""
    with zipfile.ZipFile(archive) as opened:
        return [opened.read(name) for name in _members(opened)]


def _members(opened: zipfile.ZipFile) -> list[str]:
    return sorted(name for name in opened.namelist() if name.endswith(".py") and "/" not in name)
