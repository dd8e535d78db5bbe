"""Names that stand where people's names do, in tokens and in the audit log. No person has one of them."""

from __future__ import annotations

from typing import Final

SERVICE: Final = "service:"
"""Before the name of a service account."""
WEBHOOK: Final = "webhook:"
"""Before the name of a webhook."""
TASK: Final = "task:"
"""Before the id of the DAG whose task did something."""
ANONYMOUS: Final = "Anonymous"
"""Whoever asks, where nobody needs a password."""
UNKNOWN: Final = "(unknown)"
"""Somebody who failed to log in by a name that nobody has."""


def is_reserved(name: str) -> bool:
    """Whether the name would pass for one of these, in whatever case."""
    folded = name.casefold()
    return folded.startswith((SERVICE, WEBHOOK, TASK)) or folded in {ANONYMOUS.casefold(), UNKNOWN}
