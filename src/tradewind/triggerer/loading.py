"""The class of a trigger, by its import path. Only what installed packages, plugins and DAG files define."""

from __future__ import annotations

import importlib
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

from tradewind.authoring import loader
from tradewind.authoring.dag import DAG
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.authoring.trigger import BaseTrigger
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages.deferral import Wait

KEPT: Final = 8
"""DAG files whose DAGs are kept."""


class Classes:
    """Loads each module once. Blocks while it imports: to be called in a thread."""

    def __init__(self, dags_folder: str) -> None:
        self._dags_folder = dags_folder
        self._files: dict[str, tuple[int, int]] = {}
        """DAG files that were read, as they were then."""
        self._dags: OrderedDict[str, tuple[tuple[int, int] | None, loader.LoadedFile]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, wait: Wait) -> type[BaseTrigger]:
        """The class. Raises AirflowException for what is no trigger, and whatever importing it raises."""
        module_name, _, name = wait.classpath.replace(":", ".").rpartition(".")
        with self._lock:
            found: Any = getattr(self._module(module_name, wait), name, None)
        if not isinstance(found, type) or not issubclass(found, BaseTrigger):
            raise AirflowException(
                f"{wait.classpath!r}, which the trigger's serialize() names, is not a class of triggers."
            )
        return found

    def dag(self, file: str, dag_id: str) -> DAG:
        """A DAG of a file as it is now. Raises AirflowException where it is not there."""
        with self._lock:
            stamp, kept = _stamp(file), self._dags.pop(file, None)
            if kept is None or stamp is None or kept[0] != stamp:
                kept = (stamp, loader.load_file(file, self._dags_folder, safe_mode=False))
            self._dags[file] = kept
            if len(self._dags) > KEPT:
                self._dags.popitem(last=False)
        found = kept[1].dag(dag_id)
        if found is None:
            told = "".join(f" ({error.message})" for error in kept[1].errors)
            raise AirflowException(f"There is no DAG {dag_id!r} in {file}.{told}")
        return found

    def _module(self, name: str, wait: Wait) -> Any:
        if (found := _imported(name)) is not None:
            return found
        self._load_file(wait)
        # Reading a file puts the DAGs folder on the import path: a file that names itself is found only now.
        if (found := _imported(name)) is not None:
            return found
        raise AirflowException(
            f"The trigger {wait.classpath!r} cannot be imported: there is no module {name!r}. Put it into "
            "the DAGs or plugins folder, or install its package."
        )

    def _load_file(self, wait: Wait) -> None:
        """The DAG file may define the class itself, or put its folder on the import path."""
        file = wait.dag_file
        stamp = _stamp(file) if file else None
        if stamp is None or self._files.get(file) == stamp:
            return
        self._files[file] = stamp
        loader.load_file(file, self._dags_folder, safe_mode=False)


def _imported(name: str) -> Any:
    """The module; None where there is none of that name. Raises whatever importing it raises."""
    if name in sys.modules or name.startswith(USER_MODULE_PREFIX):
        return sys.modules.get(name)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            return None
        raise


def _stamp(file: str) -> tuple[int, int] | None:
    """What tells an edited file from the one that was read; None where it is not there."""
    archive, _ = loader.split_archive(file)
    try:
        found = Path(archive or file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
