"""Small, full and read-only disks: a tmpfs where we may mount one, else a limit on the size of files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Disk:
    """A folder that holds little. ``fill`` takes what is left of it, ``empty`` gives that back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Until not a byte more fits."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 4096, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        """Give the space back."""
        self._ballast.unlink()

    def make_read_only(self) -> None:
        """From now on nothing can be written."""
        if os.geteuid() == 0:  # whom modes do not stop
            subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)
            return
        for file in self.path.iterdir():
            file.chmod(0o444)
        self.path.chmod(0o555)


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of that size, for the while of the block. Needs the right to mount."""
    path.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tradewind-test", path], check=True)
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)


@contextmanager
def folder(path: Path) -> Iterator[Disk]:
    """A plain folder, for who may not mount."""
    path.mkdir(parents=True)
    try:
        yield Disk(path)
    finally:
        path.chmod(0o755)
