"""Logs that have no end by themselves: of watchers of assets, and of the removal of files in object stores.

They are rotated by size. That of a watcher goes when nothing has been said in it for long.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

FOLDER: Final = "asset_watchers"
_OF_ONE: Final = "trigger_id="
REMOVALS: Final = "xcom_files.log"
KEPT: Final = timedelta(days=30)
"""How long the log of a watcher that does not run here is kept after its last line."""


def is_one(path: str) -> bool:
    """Whether the log at that path, below the log folder, has no end by itself."""
    return path.startswith(f"{FOLDER}/") or path == REMOVALS


def rotate(path: str, count: int) -> None:
    """``path`` becomes ``path.1`` and so on; ``count`` of them are kept. Raises OSError."""
    if count <= 0:
        Path(path).unlink(missing_ok=True)
        return
    for number in range(count, 0, -1):
        older = path if number == 1 else f"{path}.{number - 1}"
        with contextlib.suppress(FileNotFoundError):
            os.replace(older, f"{path}.{number}")  # noqa: PTH105 - names that end in numbers


def prune(folder: str, running: Collection[int], now: datetime) -> int:
    """Remove the logs of watchers that do not run and have said nothing for ``KEPT``; of how many.

    One that runs elsewhere and was silent all the while begins its log anew.
    """
    count = 0
    for place in sorted(Path(folder, FOLDER).glob(f"{_OF_ONE}*")):
        number = place.name.removeprefix(_OF_ONE)
        if not number.isdecimal() or int(number) in running:
            continue
        with contextlib.suppress(OSError):  # another triggerer prunes too, or something else lies in it
            count += _remove(place, (now - KEPT).timestamp())
    return count


def _remove(place: Path, before: float) -> bool:
    files = [file for file in place.iterdir() if file.is_file()]
    if any(file.stat().st_mtime >= before for file in files):
        return False
    for file in files:
        file.unlink(missing_ok=True)
    place.rmdir()
    return True
