"""A connection tried out by its hook, in a process that is there for nothing else."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any, Final

from tradewind.authoring.connection import Connection
from tradewind.domain.messages import data
from tradewind.telemetry.masking import MASKER

if TYPE_CHECKING:
    from tradewind.authoring.task_run import Link

LONGEST: Final = 4_000
"""Characters that are kept of what a hook says."""


def carry_out(link: Link) -> None:
    """Ask what is to be tried out, try it, and tell. Raises NotFound where nobody waits any more."""
    fields = link.call(data.BeginConnectionTest())
    works, message = attempt(fields)
    link.call(data.EndConnectionTest(works=works, message=message))


def attempt(fields: dict[str, Any]) -> tuple[bool, str]:
    """Whether the hook of the connection's type can use it, and what it says, without secrets.

    Hooks look connections up by their id, some of them when they are made; so this one stands in this
    process's environment, under an id that no secrets backend knows.
    """
    wanted = Connection.from_dict(fields, f"tested_{secrets.token_hex(4)}")
    os.environ[f"AIRFLOW_CONN_{str(wanted.conn_id).upper()}"] = wanted.as_json()
    try:
        works, message = _ask(wanted.get_hook())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a hook raises is the result
        works, message = False, str(error) or type(error).__name__
    return works, MASKER.mask(message)[:LONGEST]


def _ask(hook: Any) -> tuple[bool, str]:
    test = getattr(hook, "test_connection", None)
    if test is None:
        return False, f"Hook {type(hook).__name__} doesn't implement or inherit test_connection method"
    works, message = test()
    return bool(works), str(message)
