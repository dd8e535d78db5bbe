"""What ``ps`` shows for this process."""

from __future__ import annotations

import contextlib


def set_title(title: str) -> None:
    """Set the process title."""
    # A C extension that some builds lack; a missing title harms nobody.
    with contextlib.suppress(ImportError):
        import setproctitle

        setproctitle.setproctitle(title)
