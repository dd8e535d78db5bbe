"""Every import path of the table: it imports, and each of its names resolves or says why not."""

from __future__ import annotations

import builtins
import importlib

import pytest

from airflow._face import core, homes, legacy, providers, sdk, table
from tradewind.domain import provider_packages

PATHS = sorted(table.paths())


@pytest.mark.parametrize("path", PATHS)
def test_path(path: str) -> None:
    module = importlib.import_module(path)
    assert module.__name__ == path
    for name, place in table.names(path).items():
        if place is not None and not place.module.startswith("airflow."):
            assert getattr(module, name) is resolved(place), name
            continue
        assert not hasattr(module, name), name
        with pytest.raises(ImportError, match=r"does not have it yet|pip install apache-airflow-providers-"):
            exec(f"from {path} import {name}")


def resolved(place: table.Target) -> object:
    module = importlib.import_module(place.module)
    return getattr(module, place.attribute) if place.attribute else module


@pytest.mark.parametrize("path", sorted(table.packages() - set(PATHS)))
def test_package_on_the_way_to_a_path(path: str) -> None:
    assert importlib.import_module(path).__name__ == path


@pytest.mark.parametrize("path", PATHS)
def test_star_import_takes_what_is_there(path: str) -> None:
    names: dict[str, object] = {}
    exec(f"from {path} import *", names)
    built = {name for name, place in table.names(path).items() if place and place.module[:8] != "airflow."}
    assert {name for name in built if not hasattr(builtins, name)} <= set(names)
    assert not [name for name in names if name in dir(builtins)], "a built-in name would mean something else"


def test_no_path_stands_in_two_lists() -> None:
    lists = [set(part.PATHS) for part in (legacy, core, sdk, providers)]
    assert sum(map(len, lists)) == len(set().union(*lists))


def test_every_home_is_used_by_some_path() -> None:
    used = {place for path in PATHS for place in table.names(path).values()}
    assert [name for name, place in table.built().items() if place not in used] == []


def test_no_name_has_two_homes() -> None:
    names = [word.partition("=")[0] for words in homes.BUILT.values() for word in words.split()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", sorted(legacy.moved()))
def test_contributed_module_leads_to_its_provider_package(path: str) -> None:
    module = importlib.import_module(path)
    target = legacy.moved()[path]
    if target.startswith("airflow.providers."):
        with pytest.raises(ImportError, match=f"pip install {provider_packages.of_module(target)}$"):
            exec(f"from {path} import Something")
    assert not hasattr(module, "Something")


def test_names_of_contributed_modules_that_became_core_resolve() -> None:
    from airflow.contrib.utils.sendgrid import import_string

    assert import_string("json.dumps")({}) == "{}"
