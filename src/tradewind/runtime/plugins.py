"""The seam for code that is found by name: hooks that floors above provide, plug-ins of folder and packages.

A hook has one provider, registered by the composition root (``register``) or named here by import path and
loaded at its first use.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
import zlib
from collections.abc import Callable
from importlib import machinery
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from tradewind.domain.errors import AirflowException
from tradewind.runtime.careful_imports import CarefulLoader

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS: Final = "airflow.plugins"
"""The group by which installed packages offer plug-ins."""
_DEFAULTS = {
    "dag_test": "tradewind.testing.dag_test:run",
    "run_file": "tradewind.testing.run_file:run",
    "run_file_request": "tradewind.testing.run_file:Request",
    "render_task": "tradewind.testing.render:run",
    "admin_session": "tradewind.admin.session:Session",
    "admin_user": "tradewind.admin.people:User",
    "admin_password_user": "tradewind.admin.people:PasswordUser",
}
"""Hooks that lower floors ask for and a higher one provides."""
_hooks: dict[str, Callable[..., Any]] = {}


class NoSuchHook(AirflowException):
    """Nothing provides the hook."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Nothing provides {name!r} in this process.")
        self.name = name


def register(name: str, provider: Callable[..., Any]) -> None:
    """Provide a hook."""
    _hooks[name] = provider


def hook(name: str) -> Callable[..., Any]:
    """The provider of a hook. Raises NoSuchHook."""
    if name in _hooks:
        return _hooks[name]
    if name not in _DEFAULTS:
        raise NoSuchHook(name)
    module, _, attribute = _DEFAULTS[name].partition(":")
    provider: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return provider


def load_object(path: str) -> Any:
    """The object that ``package.module.Name`` (or ``package.module:Name``) names. Raises AirflowException."""
    module, _, name = path.replace(":", ".").rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise AirflowException(f"{path!r} cannot be imported: {error}.") from error


def plugin_files(folder: Path) -> list[Path]:
    """The Python files of the plugins folder, in a stable order."""
    if not folder.is_dir():
        return []
    hidden = ("__pycache__", ".")
    return sorted(
        path
        for path in folder.rglob("*.py")
        if not any(part.startswith(hidden) for part in path.relative_to(folder).parts)
    )


def prepare_path(*folders: Path) -> None:
    """Put the plugins, config and DAGs folders on ``sys.path``, as DAG files expect."""
    for folder in folders:
        if str(folder) not in sys.path:
            sys.path.append(str(folder))


@functools.cache
def entry_points() -> tuple[EntryPoint, ...]:
    """The plug-ins that installed packages offer. Looked for once, by a process or by the one it was forked
    from: every package's words are read for it. One that is installed later is seen after a restart.
    """
    if not any(_may_offer_plugins(folder) for folder in dict.fromkeys(sys.path)):
        return ()
    from importlib import metadata  # loads a reader of mail and more: not where no package offers any

    return tuple(sorted(metadata.entry_points(group=ENTRY_POINTS)))


def _may_offer_plugins(folder: str) -> bool:
    """Whether a package in that folder of the import path may have such an entry point, by its text alone.
    What lies in an archive is not looked at here.
    """
    try:
        packages = [
            entry.path
            for entry in os.scandir(folder or ".")
            if entry.name.endswith((".dist-info", ".egg-info", ".egg"))
        ]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(_mentions_plugins(path) for path in packages)


def _mentions_plugins(package: str) -> bool:
    inside = "EGG-INFO/entry_points.txt" if package.endswith(".egg") else "entry_points.txt"
    try:
        return ENTRY_POINTS.encode() in (Path(package) / inside).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return package.endswith(".egg") and Path(package).is_file()  # an archive
    except OSError:
        return True


def load_file(path: Path) -> ModuleType:
    """Import one plugin file. What it raises is the plugin's."""
    name = f"tradewind_plugin_{path.stem}_{zlib.crc32(os.fsencode(path)):08x}"
    loader = CarefulLoader(name, str(path))
    spec = machinery.ModuleSpec(name, loader, origin=str(path))
    spec.has_location = True  # gives the module its __file__
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module
