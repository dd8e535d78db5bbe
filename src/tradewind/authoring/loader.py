"""Imports a DAG file and tells which DAGs are in it, which errors, and what else it read.

Everything here runs the author's code and so belongs into a process of its own. The module gets a name made
of the path, the same in every process, so that values of classes that a DAG file defines can travel between
its tasks. DAG files are compiled anew each time: Python's cached byte code cannot tell two versions of equal
length saved within one second.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.machinery
import importlib.util
import itertools
import os
import sys
import types
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tradewind.authoring import file_errors, plugin_reading, scope, setup_teardown, suspicions
from tradewind.authoring.dag import DAG
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.domain.errors import TradewindError
from tradewind.domain.messages.parsing import FileError
from tradewind.runtime import careful_imports
from tradewind.runtime.clock import Clock, SystemClock

ARCHIVES = (".zip", ".egg")


class LoadedFile(msgspec.Struct, kw_only=True):
    """What a file holds, with live objects."""

    path: str
    dags: list[DAG] = []
    errors: list[FileError] = []
    imported: tuple[str, ...] = ()
    """Absolute paths under the given folders that importing it read."""
    warnings: tuple[str, ...] = ()

    def dag(self, dag_id: str) -> DAG | None:
        """The DAG of that id, or None."""
        return next((dag for dag in self.dags if dag.dag_id == dag_id), None)


def load_file(
    path: str,
    dags_folder: str,
    *,
    safe_mode: bool = True,
    folders: Iterable[str] | None = None,
    clock: Clock | None = None,
) -> LoadedFile:
    """Import ``path`` (a ``.py`` file, a zip archive, or a file inside one) and collect its DAGs.

    ``folders`` are put on the import path after ``dags_folder``; None means the config and plugins folders
    of this home, whose plug-ins are loaded first. With ``safe_mode`` a file that does not contain both
    words, "dag" and "airflow", is not imported. Never raises for what the file does, only for process exits
    that the file asks for.
    """
    path, dags_folder = str(path), str(dags_folder)
    home, plugins = _home_folders() if folders is None else (tuple(folders), "")
    places = (dags_folder, *home)
    careful_imports.install()
    _extend_path(places)
    if safe_mode and not may_hold_dags(path):
        return LoadedFile(path=path)
    clock = clock or SystemClock()
    scope.forget()
    setup_teardown.forget()
    if plugins:
        for problem in plugin_reading.read(Path(plugins)).problems:
            scope.notice(str(problem))
    began = clock.now()
    with suspicions.watching():
        modules, errors = _import(path, places)
    window = (began, clock.now())
    dags = _collect(modules, path, window)
    good = _unique([dag for dag in dags if _is_valid(dag, path, errors)])
    suspicions.look_at(good, window)
    return LoadedFile(
        path=path, dags=good, errors=errors, imported=_imported(places, path), warnings=scope.notices()
    )


def may_hold_dags(path: str) -> bool:
    """Airflow's quick look: does the file contain the words "dag" and "airflow" (or "tradewind")?"""
    archive, inner = split_archive(path)
    if archive is None:
        try:
            return _mentions(Path(path).read_bytes())
        except OSError:
            return True  # importing it will say what is wrong
    from tradewind.authoring import archives  # loads much that few files need

    try:
        return any(map(_mentions, [archives.source(archive, inner)] if inner else archives.sources(archive)))
    except archives.UNREADABLE:
        return True


def _mentions(source: bytes) -> bool:
    lower = source.lower()
    return b"dag" in lower and (b"airflow" in lower or b"tradewind" in lower)


def split_archive(path: str) -> tuple[str | None, str]:
    """``/x/a.zip/b.py`` → (``/x/a.zip``, ``b.py``); a file that is in no archive → (None, "")."""
    for mark in ARCHIVES:
        head, found, tail = path.partition(mark)
        if found and (not tail or tail.startswith("/")):
            from tradewind.authoring import archives  # as above

            if archives.is_one(head + mark):
                return head + mark, tail.lstrip("/")
    return None, ""


def module_name(path: str) -> str:
    """The name that the module of a DAG file gets; it depends on nothing but the path."""
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    stem = "".join(char if char.isalnum() else "_" for char in Path(path).stem)
    return f"{USER_MODULE_PREFIX}{digest}_{stem}"


def _home_folders() -> tuple[tuple[str, ...], str]:
    """The folders of this home that are on the import path, and that of plug-ins."""
    from tradewind.config import compat  # reads airflow.cfg

    plugins = compat.conf.get("core", "plugins_folder", fallback="")
    return tuple(folder for folder in (str(compat.conf.config.home / "config"), plugins) if folder), plugins


def _extend_path(folders: Iterable[str]) -> None:
    for folder in folders:
        if folder and folder not in sys.path:
            sys.path.append(folder)


def _import(path: str, folders: tuple[str, ...]) -> tuple[list[types.ModuleType], list[FileError]]:
    archive, inner = split_archive(path)
    modules: list[types.ModuleType] = []
    errors: list[FileError] = []
    sources = [path] if archive is None or inner else _archive_files(archive)
    if archive is not None and archive not in sys.path:
        sys.path.insert(0, archive)
    for source in sources:
        try:
            modules.append(_run(source, archive))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a DAG file raises is its own error
            errors.append(file_errors.of(error, source, folders))
    return modules, errors


def _archive_files(archive: str) -> list[str]:
    from tradewind.authoring import archives  # as above

    inside = (f"{archive}/{name}" for name in archives.members(archive))
    return [path for path in inside if may_hold_dags(path)]


def _run(path: str, archive: str | None) -> types.ModuleType:
    name = module_name(path)
    module = types.ModuleType(name)
    source = _source(path, archive)
    module.__file__ = path
    scope.reading(path)
    loader: Any = _Source(name, path, source)
    module.__loader__ = loader
    module.__spec__ = importlib.machinery.ModuleSpec(name, loader, origin=path)
    sys.modules[name] = module
    try:
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - this is the purpose
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _source(path: str, archive: str | None) -> bytes:
    if archive is None:
        return Path(path).read_bytes()
    from tradewind.authoring import archives  # as above

    return archives.source(archive, path[len(archive) + 1 :])


class _Source:
    """Lets tracebacks and ``inspect`` show the lines of the module, also out of an archive."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        self.name, self.path, self._source = name, path, source

    def get_source(self, fullname: str) -> str:
        """The text of the module."""
        return importlib.util.decode_source(self._source)

    def get_filename(self, fullname: str) -> str:
        """Where it lies."""
        return self.path


def _collect(modules: list[types.ModuleType], path: str, window: tuple[datetime, datetime]) -> list[DAG]:
    """DAGs that are values of the modules' names, then those that ``with`` or ``@dag`` made and nobody
    named.
    """
    found: dict[int, DAG] = {}
    for module in modules:
        for value in list(vars(module).values()):
            if isinstance(value, DAG):
                found.setdefault(id(value), value)
    for dag in scope.registered() if modules else ():
        found.setdefault(id(dag), dag)
    found = {number: dag for number, dag in found.items() if not dag.is_subdag}
    for dag in found.values():
        scope.register(dag)  # for who asks later what DAGs the file has
        dag.fileloc = path
        dag.loaded_between = window
    return list(found.values())


def _is_valid(dag: DAG, path: str, errors: list[FileError]) -> bool:
    try:
        dag.validate()
    except TradewindError as error:
        errors.append(file_errors.of_dag(error, dag, path))
        return False
    return True


def _unique(dags: list[DAG]) -> list[DAG]:
    """Of DAGs with the same id the first: those with names come before those without."""
    known: dict[str, DAG] = {}
    for dag in dags:
        kept = known.setdefault(dag.dag_id, dag)
        if kept is not dag:
            lines = f" (lines {kept.line} and {dag.line})" if kept.line and dag.line else ""
            scope.notice(
                f"DAG id {dag.dag_id!r} is defined twice{lines}, and only one of the two is used. "
                "Give the other another id."
            )
    return list(known.values())


def know_modules() -> None:
    """What is loaded now lies in no folder of people: forked processes look at later modules only."""
    _known.append(next(reversed(sys.modules)))


_known: list[str] = []


def _imported(folders: tuple[str, ...], path: str) -> tuple[str, ...]:
    """The file itself and every loaded module's file under ``folders``."""
    prefixes = tuple(f"{os.path.realpath(folder)}/" for folder in folders if folder)
    archive, _ = split_archive(path)
    found = {archive or path}
    for module in _loaded():
        file: Any = getattr(module, "__file__", None)
        if isinstance(file, str) and _real(file.rpartition("/")[0]).startswith(prefixes):
            found.add(file)
    return tuple(sorted(found))


def _loaded() -> Iterator[types.ModuleType]:
    """Modules that came after those that are known, without DAG files, of which a process may load several.

    From the newest back: a forked child pays for each older one that it so much as looks at.
    """
    known = _known[-1] if _known else ""
    for name in list(itertools.takewhile(lambda name: name != known, reversed(sys.modules))):
        if not name.startswith(USER_MODULE_PREFIX):
            yield sys.modules[name]


@functools.cache
def _real(folder: str) -> str:
    """Where a folder of modules really is, with a slash at its end; there are few, but asking takes long."""
    return f"{os.path.realpath(folder)}/"
