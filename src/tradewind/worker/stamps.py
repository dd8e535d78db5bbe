"""Whether a DAG file, or something that it imported, has changed since."""

from __future__ import annotations

import os

from tradewind.domain.messages import runner as messages


def stamp(path: str, began_ns: int) -> messages.Stamp:
    """The file as it is now; one that was written while it was imported counts as changed."""
    try:
        found = os.stat(path)  # noqa: PTH116 - on the way of every task
    except OSError:
        return messages.Stamp(path, 0, 0)
    changed_meanwhile = found.st_mtime_ns >= began_ns
    return messages.Stamp(path, 0 if changed_meanwhile else found.st_mtime_ns, found.st_size)


def is_stale(stamps: tuple[messages.Stamp, ...]) -> bool:
    """Whether one of the files is not what it was."""
    for known in stamps:
        try:
            found = os.stat(known.path)  # noqa: PTH116 - see above
        except OSError:
            if known.mtime_ns or known.size:
                return True
            continue
        if found.st_mtime_ns != known.mtime_ns or found.st_size != known.size:
            return True
    return False
