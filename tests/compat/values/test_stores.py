"""§1.16 XCom values of Delta Lake, Iceberg and Kubernetes, with the real libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import deltalake
import pytest
from kubernetes.client import models as k8s
from pyiceberg.catalog import load_catalog
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField, StringType

from tradewind.authoring import serde
from tradewind.config.compat import conf


def travelled(value: Any) -> Any:
    """As another task gets it."""
    return serde.decode(serde.encode(value))


@pytest.mark.parametrize("key", ["", "cFRtSm5VNGJQZ1dRVjB3dUw3TFc3T0ZfbnF5WGdxN2U="])
def test_tables_of_delta_lake(tmp_path: Path, key: str) -> None:
    """§1.16 deltalake: the place and the version; what opens the store is encrypted."""
    field = deltalake.Field("a", deltalake.schema.PrimitiveType("integer"))
    table = deltalake.DeltaTable.create(
        tmp_path.as_uri(), deltalake.Schema([field]), storage_options={"secret_of_store": "words"}
    )
    conf.set("core", "fernet_key", key)
    try:
        assert ("words" in serde.encode(table)) is (not key)
        back = travelled(table)
    finally:
        conf.remove_option("core", "fernet_key")
    assert (back.table_uri, back.version(), back.schema()) == (table.table_uri, 0, table.schema())


def test_tables_of_iceberg(tmp_path: Path) -> None:
    """§1.16 iceberg."""
    properties = {
        "type": "sql", "uri": f"sqlite:///{tmp_path / 'c.db'}", "warehouse": tmp_path.as_uri(),
        "py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO",
    }  # fmt: skip
    catalog = load_catalog("mine", **properties)
    catalog.create_namespace("ns")
    table = catalog.create_table("ns.t", Schema(NestedField(1, "a", StringType(), required=False)))
    back = travelled(table)
    assert (back.name(), back.catalog.name, back.schema()) == (("ns", "t"), "mine", table.schema())
    catalog.close()
    back.catalog.close()


def test_models_of_kubernetes() -> None:
    """§1.16 kubernetes: pods and their parts arrive as dicts of the API."""
    container = k8s.V1Container(name="c", resources=k8s.V1ResourceRequirements(limits={"cpu": "1"}))
    pod = k8s.V1Pod(metadata=k8s.V1ObjectMeta(name="p"), spec=k8s.V1PodSpec(containers=[container]))
    assert travelled({"pod": pod})["pod"] == {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}]},
    }
