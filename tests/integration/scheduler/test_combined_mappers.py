"""§1.11 Subclasses of mappers that are made of others: their parts reach the plug-in host without a
``serialize`` of their own.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tradewind.authoring.partition_policies import MinimumCount
from tradewind.authoring.partition_windows import HourWindow, SegmentWindow
from tradewind.authoring.partitions import (
    AllowedKeyMapper,
    FixedKeyMapper,
    IdentityMapper,
    StartOfDayMapper,
    StartOfHourMapper,
)
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.domain.errors import DagDefinitionError
from tradewind.domain.messages.plugins import KeysAre, MapKey, PartitionIs, PartitionNeeds
from tradewind.runtime.plugin_hosts import PluginHosts

PLUGIN = """
from airflow.partition_mappers.base import PartitionMapper, RollupMapper
from airflow.partition_mappers.chain import ChainMapper
from airflow.partition_mappers.product import ProductMapper
from airflow.partition_mappers.temporal import FanOutMapper
from airflow.partition_mappers.window import SegmentWindow
from airflow.plugins_manager import AirflowPlugin

class Loud:
    def to_downstream(self, key):
        found = super().to_downstream(key)
        return found.upper() if isinstance(found, str) else [one.upper() for one in found]

class Product(Loud, ProductMapper): pass
class Chain(Loud, ChainMapper): pass
class FanOut(Loud, FanOutMapper): pass

class Rollup(RollupMapper):
    def to_upstream(self, key):
        return {one + "!" for one in super().to_upstream(key)}

class Tail(PartitionMapper):
    def to_downstream(self, key):
        return key[1:]

class Pair(SegmentWindow): pass

class Plugin(AirflowPlugin):
    name = "combined"
    partition_mappers = [Product, Chain, FanOut, Rollup, Tail]
    windows = [Pair]
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The classes as a DAG file imports them."""
    (tmp_path / "combined_mappers.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("combined_mappers")
    del sys.modules["combined_mappers"]


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[PluginHosts]:
    found = PluginHosts(folder=tmp_path, environ=os.environ, limit=20)
    yield found
    found.close()


def mapped(hosts: PluginHosts, mapper: Any, key: str) -> tuple[str, ...] | str:
    answer = hosts.ask(MapKey(name=mapper.spec().name, mapper=mapper.spec(), key=key))
    assert isinstance(answer, KeysAre)
    return answer.keys or answer.refused


def test_parts_of_a_subclass_are_those_that_the_file_names(plugins: ModuleType, hosts: PluginHosts) -> None:
    one_of = AllowedKeyMapper(["a", "b"])
    product = plugins.Product(plugins.Tail(), one_of, delimiter="/")
    assert mapped(hosts, product, "xeu/a") == ("EU/A",)
    assert "'c' is not one of the allowed keys" in mapped(hosts, product, "xeu/c")
    nested = plugins.Chain(plugins.Product(IdentityMapper(), one_of), FixedKeyMapper("all"))
    assert mapped(hosts, nested, "eu|a") == ("ALL",)
    spread = plugins.FanOut(
        upstream_mapper=IdentityMapper(), window=plugins.Pair(["p", "q"]), downstream_mapper=IdentityMapper()
    )
    assert mapped(hosts, spread, "x") == ("P", "Q")
    few = plugins.Product(IdentityMapper(), IdentityMapper(), max_downstream_keys=3)
    assert few.deserialize(few.serialize()).max_downstream_keys == 3


def test_a_roll_up_of_ones_own_waits_for_its_window(plugins: ModuleType, hosts: PluginHosts) -> None:
    rollup = plugins.Rollup(
        upstream_mapper=StartOfHourMapper(), window=HourWindow(), wait_policy=MinimumCount(-2)
    )
    needs = hosts.ask(PartitionNeeds(name="r", mapper=rollup.spec(), key="2024-05-17T03"))
    assert isinstance(needs, PartitionIs)
    assert needs.expected is not None
    assert len(needs.expected) == 60
    assert "2024-05-17T03:59:00!" in needs.expected
    assert (rollup.spec().rollup, rollup.spec().minimum) == (True, -2)
    again = plugins.Rollup.deserialize(rollup.serialize())
    assert again.spec() == rollup.spec()


def test_a_part_that_a_dag_file_defines_is_refused_there(plugins: ModuleType) -> None:
    class Here(StartOfDayMapper):
        __module__ = f"{USER_MODULE_PREFIX}x"

    product = plugins.Product(IdentityMapper(), Here())
    with pytest.raises(DagDefinitionError, match=r"Partition mapper .*Here is defined in a DAG file"):
        product.spec()
    assert SegmentWindow(["b", "a"]).serialize() == {"segments": ["a", "b"]}
