"""``DagBag``: the DAGs of a folder, imported here and now, as test suites and scripts ask for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tradewind.authoring import loader
from tradewind.config import compat
from tradewind.dag_processor import discovery

_EXAMPLES = Path(__file__).resolve().parents[1] / "example_dags"


class DagBag:
    """Imports each DAG file of a folder, or one file, in this process.

    ``dags`` maps DAG ids to DAGs, ``import_errors`` files to what is wrong, ``warnings`` files to what is
    suspicious. Nothing is raised for a file that cannot be imported.
    """

    def __init__(
        self,
        dag_folder: str | os.PathLike[str] | None = None,
        include_examples: bool | None = None,
        safe_mode: bool | None = None,
        collect_dags: bool = True,
        **_: Any,
    ) -> None:
        """The folder is ``[core] dags_folder`` unless given; examples are ``[core] load_examples``."""
        conf = compat.conf
        self.dag_folder = str(dag_folder if dag_folder is not None else conf.get("core", "dags_folder"))
        self.safe_mode = (
            conf.getboolean("core", "dag_discovery_safe_mode", fallback=True)
            if safe_mode is None
            else safe_mode
        )
        self.dags: dict[str, Any] = {}
        self.import_errors: dict[str, str] = {}
        self.warnings: dict[str, tuple[str, ...]] = {}
        if collect_dags:
            self.collect_dags(self.dag_folder)
            examples = conf.getboolean("core", "load_examples", fallback=True)
            if examples if include_examples is None else include_examples:
                self.collect_dags(_EXAMPLES)

    def collect_dags(self, dag_folder: str | os.PathLike[str]) -> None:
        """Import a folder's files, as far as ``.airflowignore`` lets, or one file."""
        folder = str(Path(dag_folder).absolute())
        if not Path(folder).is_dir():
            self.process_file(folder)
            return
        syntax = compat.conf.get("core", "dag_ignore_file_syntax", fallback="glob")
        for path in sorted(discovery.list_files(folder, syntax=syntax)):
            self._take(path, folder)

    def process_file(
        self, filepath: str, only_if_updated: bool = True, safe_mode: bool | None = None
    ) -> list[Any]:
        """Import one file; the DAGs found in it."""
        return self._take(str(Path(filepath).absolute()), str(Path(filepath).absolute().parent), safe_mode)

    def get_dag(self, dag_id: str, session: Any = None) -> Any:
        """The DAG, or None."""
        return self.dags.get(dag_id)

    def bag_dag(self, dag: Any, root_dag: Any = None) -> None:
        """Add a DAG. Raises what ``dag.validate()`` raises."""
        dag.validate()
        self.dags[dag.dag_id] = dag

    def size(self) -> int:
        """How many DAGs there are."""
        return len(self.dags)

    @property
    def dag_ids(self) -> list[str]:
        """All ids, in order."""
        return sorted(self.dags)

    def _take(self, path: str, folder: str, safe_mode: bool | None = None) -> list[Any]:
        safe = self.safe_mode if safe_mode is None else safe_mode
        found = loader.load_file(path, folder, safe_mode=safe)
        for error in found.errors:
            where = f"line {error.line}: " if error.line else ""
            self.import_errors[path] = f"{where}{error.message}"
        if found.warnings:
            self.warnings[path] = found.warnings
        for dag in found.dags:
            if dag.dag_id in self.dags and self.dags[dag.dag_id].fileloc != path:
                other = self.dags[dag.dag_id].fileloc
                self.import_errors[path] = f"DAG id {dag.dag_id!r} is in {other} already; ids must be unique."
                continue
            self.dags[dag.dag_id] = dag
        return found.dags


def list_py_file_paths(
    directory: str | os.PathLike[str] | None, safe_mode: bool = True, **_: Any
) -> list[str]:
    """The files of a folder that may define DAGs, as far as ``.airflowignore`` lets; or the one file."""
    if directory is None:
        return []
    path = str(Path(directory).absolute())
    if Path(path).is_file():
        return [path]
    syntax = compat.conf.get("core", "dag_ignore_file_syntax", fallback="glob")
    found = discovery.list_files(path, syntax=syntax) if Path(path).is_dir() else ()
    return sorted(file for file in found if not safe_mode or loader.may_hold_dags(file))
