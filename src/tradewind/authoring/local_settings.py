"""``airflow_local_settings.py``: what a deployment says of all its tasks, in ``$AIRFLOW_HOME/config`` or
elsewhere on the import path.

It is user code, so only processes that run user code load it: a task process does at its first question, and
so goes by the file as it is then. https://airflow.apache.org/docs/apache-airflow/stable/howto/export-more-env-vars.html
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

from tradewind.domain.errors import InvalidValue

MODULE: Final = "airflow_local_settings"
_absent: dict[str, int | None] = {}
"""When the folders of the import path had changed last, as the file was last looked for in vain."""


def named(name: str) -> Any:
    """What the file defines under that name; None where there is no such file, or no such name in it.

    Raises what the file raises when it is imported.
    """
    if MODULE in sys.modules:
        return getattr(sys.modules[MODULE], name, None)
    folders = {path: _changed(path) for path in sys.path}
    if folders == _absent:
        return None  # Python's own search would cost a task as much as all that it does besides
    try:
        module = importlib.import_module(MODULE)
    except ModuleNotFoundError as error:
        if error.name != MODULE:
            raise
        _absent.clear()
        _absent.update(folders)
        return None
    return getattr(module, name, None)


def _changed(path: str) -> int | None:
    try:
        return os.stat(path or ".").st_mtime_ns  # noqa: PTH116 - on the way of every task
    except OSError:
        return None


def context_vars(context: Any) -> dict[str, str]:
    """More variables for the environment of a task. Raises what ``get_airflow_context_vars`` raises, and
    InvalidValue where it does not give a dict of text to text.
    """
    hook = named("get_airflow_context_vars")
    if hook is None:
        return {}
    found = hook(context)
    if not isinstance(found, Mapping):
        raise InvalidValue(f"get_airflow_context_vars() in {MODULE}", repr(found), "be a dict")
    for key, value in found.items():
        if not isinstance(key, str) or not isinstance(value, str):
            rule = "hold text under names that are text"
            raise InvalidValue(f"get_airflow_context_vars() in {MODULE}", f"{key!r}: {value!r}", rule)
    return dict(found)
