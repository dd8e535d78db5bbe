"""Installed packages, by what they offer. Reads their metadata; imports nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import PurePath
from typing import Final

import msgspec

_KINDS: Final = (
    "operators", "sensors", "hooks", "triggers", "transfers", "notifications", "decorators", "executors",
    "secrets",
)  # fmt: skip
"""Folders of a provider package whose modules people import."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package: name, version, a line about it, and where its documentation is, if it says so."""

    name: str
    version: str
    summary: str
    docs: str | None
    modules: Mapping[str, tuple[str, ...]]
    """By kind (``operators``), the modules in folders that are called so."""


def offering(group: str) -> list[Distribution]:
    """The packages with an entry point in ``group``, by name."""
    found = {entry.dist.name: entry.dist for entry in metadata.entry_points(group=group) if entry.dist}
    return [_described(found[name]) for name in sorted(found)]


def _described(dist: metadata.Distribution) -> Distribution:
    links = dict(_pair(text) for text in dist.metadata.get_all("Project-URL") or ())
    return Distribution(
        name=dist.name,
        version=dist.version,
        summary=" ".join(dist.metadata.get_all("Summary") or ()),
        docs=links.get("documentation") or links.get("homepage"),
        modules=_modules(dist),
    )


def _modules(dist: metadata.Distribution) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for file in dist.files or ():
        path = PurePath(file)
        kind = next((part for part in path.parts[:-1] if part in found), None)
        if kind and path.suffix == ".py" and not path.stem.startswith("_") and "tests" not in path.parts:
            found[kind].add(path.stem)
    return {kind: tuple(sorted(names)) for kind, names in found.items() if names}


def _pair(text: str) -> tuple[str, str]:
    label, _, address = text.partition(",")
    return label.strip().lower(), address.strip()
