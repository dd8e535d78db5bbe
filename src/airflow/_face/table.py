"""The table as the finder asks for it: paths, their names, and where each name lives.

An entry of a path is a word of one of three shapes: ``Name`` lives where ``homes`` says; ``Name=Other`` is
another word for ``Other``; ``Name@package.module:attribute`` lives there (``Name@package.module`` is
a whole module).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from airflow._face import core, homes, legacy, providers, sdk


class Target(NamedTuple):
    """An object (``attribute`` of ``module``), or a whole module where ``attribute`` is empty."""

    module: str
    attribute: str = ""


def _parse(text: str) -> Target:
    module, _, attribute = text.partition(":")
    return Target(module, attribute)


def _places(table: dict[str, str]) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for module, words in table.items():
        for word in words.split():
            name, _, other = word.partition("=")
            found[name] = Target(module, other or name)
    return found


@cache
def built() -> dict[str, Target]:
    """Where each name that Tradewind has lives."""
    return _places(homes.BUILT)


@cache
def provided() -> dict[str, Target]:
    """Which module of a provider package has a name that is not ours."""
    return _places(providers.PROVIDED)


@cache
def paths() -> dict[str, str]:
    """Each module path with the words of its names."""
    return {**legacy.PATHS, **core.PATHS, **sdk.PATHS, **providers.PATHS}


@cache
def packages() -> frozenset[str]:
    """Every path of the table and every package that such a path lies in."""
    found = {f"airflow.providers.{namespace}" for namespace in providers.NAMESPACES}
    for known in (*paths(), *legacy.moved()):
        path = known
        while path and path not in found:
            found.add(path)
            path = path.rpartition(".")[0]
    return frozenset(found)


@cache
def names(path: str) -> dict[str, Target | None]:
    """The names of a path. None stands for a name that Airflow has and Tradewind does not have yet."""
    found: dict[str, Target | None] = {}
    for word in paths().get(path, "").split():
        name, _, explicit = word.partition("@")
        if explicit:
            found[name] = _parse(explicit)
            continue
        name, _, other = word.partition("=")
        place = built().get(other or name) or provided().get(other or name)
        found[name] = None if place is not None and place.module == path else place
    return found


def target(path: str, name: str) -> Target | None:
    """Where ``name`` of ``path`` lives, or None."""
    found = names(path).get(name)
    if found is None and path in legacy.moved():
        return Target(legacy.moved()[path], name)
    return found


def children(path: str) -> list[str]:
    """Names of the modules directly under ``path``."""
    prefix = path + "."
    return sorted(
        {known[len(prefix) :].partition(".")[0] for known in packages() if known.startswith(prefix)}
    )
