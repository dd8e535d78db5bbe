"""A folder on this machine (or mounted on it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from tradewind.config import Config
from tradewind.domain.errors import AirflowConfigException, InvalidId, did_you_mean
from tradewind.domain.keys import check_dag_id

DEFAULT_NAME: Final = "dags-folder"
EXAMPLES_NAME: Final = "example_dags"
_KNOWN: Final = (
    "tradewind.dag_processor.bundles.local.LocalDagBundle",
    "airflow.dag_processing.bundles.local.LocalDagBundle",
)
_OPTION: Final = "[dag_processor] dag_bundle_config_list"


class LocalDagBundle(msgspec.Struct, frozen=True, kw_only=True):
    """A name and a folder. Its version is whatever lies there."""

    name: str
    path: Path
    version: str | None = None
    team: str | None = None
    """Whose DAGs these are (``team_name``): roles may name a team."""

    def relative(self, file: str) -> str:
        """The file as a path below the folder."""
        return file.removeprefix(f"{self.path}/")

    def holds(self, file: str) -> bool:
        """Does the file lie below the folder?"""
        return file.startswith(f"{self.path}/")


def from_config(config: Config, examples: Path | None = None) -> tuple[LocalDagBundle, ...]:
    """The bundles that are configured; the DAGs folder, if none is. Raises AirflowConfigException.

    ``examples`` is the folder of the example DAGs, added where ``[core] load_examples`` is on.
    """
    bundles = _listed(config) or (LocalDagBundle(name=DEFAULT_NAME, path=_folder(config.core.dags_folder)),)
    if config.core.load_examples and examples is not None and examples.is_dir():
        bundles += (LocalDagBundle(name=EXAMPLES_NAME, path=examples),)
    return bundles


def _listed(config: Config) -> tuple[LocalDagBundle, ...]:
    text = config.dag_processor.dag_bundle_config_list.strip()
    if not text:
        return ()
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise AirflowConfigException(f"{_OPTION} must be a JSON list, got {text[:80]!r}: {error}.") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise AirflowConfigException(f"{_OPTION} must be a JSON list of objects, got {text[:80]!r}.")
    bundles = tuple(_bundle(entry, config) for entry in entries)
    names = [bundle.name for bundle in bundles]
    for name in names:
        if names.count(name) > 1:
            raise AirflowConfigException(f"{_OPTION} names the bundle {name!r} twice. Give one another name.")
    return bundles


def _bundle(entry: dict[str, Any], config: Config) -> LocalDagBundle:
    path = str(entry.get("classpath", _KNOWN[0]))
    if path not in _KNOWN:
        raise AirflowConfigException(
            f"{_OPTION} names the bundle class {path!r}, which is not available.{did_you_mean(path, _KNOWN)}"
        )
    try:
        name = check_dag_id(entry.get("name"))
    except InvalidId as error:
        raise AirflowConfigException(f"{_OPTION}: a bundle needs a name; {error}") from error
    kwargs = entry.get("kwargs") or {}
    folder = kwargs.get("path") if isinstance(kwargs, dict) else None
    team = entry.get("team_name") or None
    return LocalDagBundle(
        name=name,
        path=_folder(Path(folder) if folder else config.core.dags_folder),
        team=None if team is None else str(team),
    )


def _folder(path: Path) -> Path:
    return Path(path).expanduser().absolute()
