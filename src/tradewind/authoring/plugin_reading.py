"""The one reader of plug-ins: from the plugins folder and from installed packages (``airflow.plugins``).

Every process that runs people's code reads them here: those that import DAG files, and the plug-in host.
Each source is loaded once in a process. One that cannot be loaded is a ``Problem``; it keeps nobody from the
others.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewind.authoring.plugin import AirflowPlugin
from tradewind.domain.errors import AirflowException, did_you_mean
from tradewind.runtime import careful_imports, plugins

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

KINDS: Final = {
    "timetables": "timetable",
    "partition_mappers": "partition mapper",
    "windows": "window",
    "deadline_references": "deadline reference",
}
"""Lists of a plug-in whose classes the plug-in host computes with, and what one of each is called."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A plug-in, and where it comes from: ``$PLUGINS_FOLDER/file.py``, or ``package==1.0: name = module:C``.

    ``renamed``: modules whose classes go by another module's name.
    """

    plugin: Any
    source: str
    renamed: Mapping[str, str] = {}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a source could not be loaded."""

    source: str
    error: str

    def __str__(self) -> str:
        return f"plug-in {self.source} cannot be loaded: {self.error}"


class NotRegistered(AirflowException):
    """No plug-in that could be loaded lists a class."""


class Plugins:
    """Everything that was read."""

    def __init__(self, found: Iterable[Found], problems: Iterable[Problem]) -> None:
        self.found, self.problems = tuple(found), tuple(problems)

    def classes(self, kind: str) -> dict[str, type[Any]]:
        """The classes of that list of all plug-ins, by the name that DAG files import them by."""
        return {
            name_of(cls, one.renamed): cls
            for one in self.found
            for cls in getattr(one.plugin, kind, None) or ()
        }

    def find(self, kind: str, name: str) -> type[Any]:
        """The class of that name. Raises NotRegistered, which says how to register it."""
        known = self.classes(kind)
        if name in known:
            return known[name]
        told = "".join(f" ({problem})" for problem in self.problems)
        listed = ", ".join(sorted(known)) or "none"
        raise NotRegistered(
            f"{KINDS[kind]} {name} is not registered: list it in {kind} = [...] of an AirflowPlugin in the "
            f"plugins folder, or of one that an installed package names in its entry points "
            f"({plugins.ENTRY_POINTS}). Registered: {listed}.{did_you_mean(name, known)}{told}"
        )


def name_of(cls: type[Any], renamed: Mapping[str, str] = {}) -> str:
    """Module and class."""
    return f"{renamed.get(cls.__module__, cls.__module__)}.{cls.__qualname__}"


_loaded: dict[str, list[Found] | Problem] = {}
"""What was read in this process, by source."""


def read(folder: Path) -> Plugins:
    """The plug-ins of the folder, and those of installed packages."""
    careful_imports.install()
    plugins.prepare_path(folder)
    found = []
    for path in plugins.plugin_files(folder):
        source = f"$PLUGINS_FOLDER/{path.relative_to(folder)}"
        found.append(_once(source, partial(_of_file, folder, path), str(path)))
    for entry in plugins.entry_points():
        package = f"{entry.dist.name}=={entry.dist.version}: " if entry.dist is not None else ""
        source = f"{package}{entry.name} = {entry.value}"
        found.append(_once(source, partial(_of_package, entry), source))
    return Plugins(
        (each for one in found if isinstance(one, list) for each in one),
        (one for one in found if isinstance(one, Problem)),
    )


Load = Callable[[], tuple[list[Any], dict[str, str]]]


def _once(source: str, load: Load, key: str) -> list[Found] | Problem:
    if key not in _loaded:
        _loaded[key] = _read(source, load)
    return _loaded[key]


def _read(source: str, load: Load) -> list[Found] | Problem:
    try:
        found, renamed = load()
        fresh = [plugin for plugin in found if not _is_known(plugin)]
        for plugin in fresh:
            _begin(plugin)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plug-in raises is its own error
        return Problem(source=source, error=f"{type(error).__name__}: {error}")
    return [Found(plugin=plugin, source=source, renamed=renamed) for plugin in fresh]


def _is_known(plugin: Any) -> bool:
    read = (one for one in _loaded.values() if isinstance(one, list))
    return any(found.plugin is plugin for each in read for found in each)


def _begin(plugin: Any) -> None:
    if not isinstance(plugin, type) or not issubclass(plugin, AirflowPlugin):
        raise TypeError(f"{plugin!r} is no subclass of AirflowPlugin")
    plugin.validate()
    plugin.on_load()


def _of_package(entry: EntryPoint) -> tuple[list[Any], dict[str, str]]:
    return [entry.load()], {}


def _of_file(folder: Path, path: Path) -> tuple[list[Any], dict[str, str]]:
    """By the name under which DAG files import it, so that its classes are there once; by a name of its own
    where another module has that one.
    """
    name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
    spec = importlib.util.find_spec(name) if name.replace(".", "").isidentifier() else None
    if spec is not None and spec.origin == str(path):
        return _plugins_in(importlib.import_module(name)), {}
    module = plugins.load_file(path)
    return _plugins_in(module), {module.__name__: name}


def _plugins_in(module: ModuleType) -> list[Any]:
    """Also those that the file imports from a package."""
    return [
        value
        for value in dict.fromkeys(each for each in vars(module).values() if isinstance(each, type))
        if issubclass(value, AirflowPlugin) and value is not AirflowPlugin
    ]


def loaded() -> Plugins:
    """Those that were read in this process."""
    read = _loaded.values()
    return Plugins(
        (each for one in read if isinstance(one, list) for each in one),
        (one for one in read if isinstance(one, Problem)),
    )


def listeners() -> list[Any]:
    """What the plug-ins that were read here list as listeners."""
    return [each for one in loaded().found for each in getattr(one.plugin, "listeners", None) or ()]


_PARTS: Final = tuple(name for name, value in vars(AirflowPlugin).items() if isinstance(value, list))


def parts_of(one: Found) -> dict[str, tuple[str, ...]]:
    """The names of what a plug-in brings, by list; empty lists are left out."""
    found = {part: getattr(one.plugin, part, None) or () for part in _PARTS}
    return {part: tuple(_word(each, one.renamed) for each in found[part]) for part in _PARTS if found[part]}


def _word(part: Any, renamed: Mapping[str, str]) -> str:
    if isinstance(part, type):
        return name_of(part, renamed)
    if isinstance(part, dict):
        return str(part.get("name", part))
    return str(getattr(part, "__name__", None) or getattr(part, "name", None) or type(part).__name__)
