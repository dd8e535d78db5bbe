"""The names under which the plug-in host finds classes of people's own."""

from __future__ import annotations

from typing import Any

from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.domain.errors import DagDefinitionError


def is_ours(thing: Any) -> bool:
    """Whether its class is a built-in one."""
    return type(thing).__module__.startswith("tradewind.")


def name_of(
    thing: Any,
    what: str,
    listed: str,
    error: type[DagDefinitionError] = DagDefinitionError,
) -> str:
    """Module and class of ``thing``, a ``what`` that plug-ins list in ``listed``. Raises ``error`` for one
    that a DAG file defines.
    """
    cls = type(thing)
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name.startswith(USER_MODULE_PREFIX):
        raise error(
            f"{what.capitalize()} {cls.__qualname__} is defined in a DAG file, which the scheduler never "
            f"imports. Move the class to a file in the plugins folder, and list it there in {listed} = [...] "
            f"of an AirflowPlugin."
        )
    return name
