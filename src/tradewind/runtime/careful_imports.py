"""Modules in people's folders, read as they are: an edit is never hidden by byte code of the text before it.

Python takes cached byte code for that of a source of the same length and of the same second. So none is
written for a source that was changed just now: it is compiled again by whoever imports it next.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from importlib import machinery
from pathlib import Path
from typing import Any, Final

SETTLED: Final = 2.0
"""Seconds after which a source that is saved again has another time."""


class CarefulLoader(machinery.SourceFileLoader):
    """Keeps byte code of sources that have been at rest for a while."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write byte code, where it will be known which text it is of."""
        try:
            changed = Path(importlib.util.source_from_cache(path)).stat().st_mtime
        except OSError:
            return  # it is gone already
        if time.time() - changed > SETTLED:
            super().set_data(path, data, _mode=_mode)


_hook: Final = machinery.FileFinder.path_hook(
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (CarefulLoader, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)


def install() -> None:
    """From now on, for each folder from which nothing was imported yet."""
    if _hook not in sys.path_hooks:
        zip_files = 1  # the hook for archives stays first
        sys.path_hooks.insert(zip_files, _hook)
