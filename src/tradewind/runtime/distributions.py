"""Installed packages, by what they offer. Reads their metadata; imports nothing of them."""

from __future__ import annotations

from importlib import metadata

import msgspec


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package: name, version, a line about it, and where its documentation is, if it says so."""

    name: str
    version: str
    summary: str
    docs: str | None


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
    )


def _pair(text: str) -> tuple[str, str]:
    label, _, address = text.partition(",")
    return label.strip().lower(), address.strip()
