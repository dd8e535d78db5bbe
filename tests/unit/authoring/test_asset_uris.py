"""§1.11 Assets: uris have one way to be written, with the normalisers of the provider packages."""

import types

import pytest

from tradewind.authoring import asset_uris, oversights
from tradewind.authoring.asset_events import OutletEvents
from tradewind.authoring.asset_reading import AssetEvent, InletEvents, TriggeringEvents
from tradewind.authoring.assets import Asset
from tradewind.authoring.dag import DAG
from tradewind.authoring.hooks import finding
from tradewind.authoring.object_storage import ObjectStoragePath
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.domain.errors import InvalidValue

WRITTEN = {
    "s3://Bucket/Key/": "s3://Bucket/Key",
    "S3://bucket": "s3://bucket/",
    "gs://bucket/a?b=2&a=1#there": "gs://bucket/a?a=1&b=2",
    "file:x": "file:///x",
    "file:///tmp//x/": "file:///tmp//x",
    "postgres://host/database/schema/table": "postgres://host:5432/database/schema/table",
    "postgresql://host:5433/database//table": "postgres://host:5433/database/public/table",
    "mysql://host/database/table": "mysql://host:3306/database/table",
    "mariadb://host:3307/database/table": "mysql://host:3307/database/table",
    "http://somebody@host/": "http://somebody@host/",
    "x-ours://As/It/Is/#1": "x-ours://As/It/Is/#1",
    "no uri/": "no uri/",
    "订单": "订单",
    "s3://bucket/é/": "s3://bucket/é",
}


@pytest.mark.parametrize(("given", "expected"), WRITTEN.items(), ids=WRITTEN)
def test_one_way_to_write_a_uri(given, expected):
    """§1.11: what two DAG files write differently is one asset; file, s3, gs, postgres, mysql."""
    made = Asset(given)
    assert (made.name, made.uri) == (given, expected)


def test_a_path_is_a_uri():
    """§1.11: an ObjectStoragePath."""
    assert Asset(name="n", uri=ObjectStoragePath("file:///tmp/x/")).uri == "file:///tmp/x"


def test_passwords_are_left_out():
    """§1.11: a uri is shown to all; the author is told."""
    with DAG("d", schedule=None) as dag:
        with pytest.warns(UserWarning, match="should have no password"):
            secret = Asset("postgres://me:secret@host/a/b/c")
        EmptyOperator(task_id="t", outlets=[secret])
    assert (secret.name, secret.uri) == ("postgres://host/a/b/c", "postgres://host:5432/a/b/c")
    (told,) = oversights.of(dag)
    assert "Task 't', asset 'postgres://host/a/b/c': The uri of an asset should have no password" in told
    with pytest.warns(UserWarning, match="should have no password"):
        waits = DAG("e", schedule=[Asset(name="n", uri="ftp://me:secret@host/x")])
    assert [one for one in oversights.of(waits) if "DAG 'e', asset 'n'" in one]


@pytest.mark.parametrize(
    "uri",
    ["http://me:sec]ret@host/x", "http://me:secret@ho[st/x", "http://me:secret@ho\u2100st/x"],
)
def test_a_password_is_not_told_in_errors(uri):
    """§1.11: import errors are shown to all."""
    with pytest.raises(InvalidValue, match="asset uri must be a uri") as told:
        Asset(name="n", uri=uri)
    assert "ret" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_password_is_left_out_wherever_it_hides():
    """§1.11: line breaks count for nothing in a uri; a reference is shown too."""
    with pytest.warns(UserWarning, match="should have no password"):
        assert Asset("http://me:se\ncret@host/x").uri == "http://host/x"
    with pytest.warns(UserWarning, match="should have no password"):
        assert Asset.ref(uri="postgres://me:secret@host/a/b/c").uri == "postgres://host:5432/a/b/c"


def test_a_uri_that_somebody_looks_for_is_written_any_way():
    """§1.11: events of inlets and outlets by text."""
    orders = Asset(name="orders", uri="postgres://host/a/b/c")
    asked = []
    inlets = InletEvents([orders], lambda request: asked.append(request) or [])
    assert list(inlets["postgresql://host/a/b/c/"]) == list(inlets["orders"]) == []
    assert [(one.name, one.uri) for one in asked] == [(None, orders.uri), ("orders", orders.uri)]
    outlets = OutletEvents([orders])
    outlets["postgresql://host/a/b/c/"].extra["rows"] = 3
    assert outlets[orders].extra == {"rows": 3}
    event = AssetEvent(EVENT | {"name": "orders", "uri": orders.uri}, print)
    for by_uri in (True, False):
        found = TriggeringEvents.of([event], by_uri=by_uri)
        assert found["postgresql://host/a/b/c/"] == [event]
        assert found["x"] == []
    assert TriggeringEvents.of([event], by_uri=False).for_asset(uri="postgresql://host/a/b/c") == [event]


EVENT = {
    "id": 1, "group": "asset", "extra": "{}", "timestamp": "2026-01-01T00:00:00Z", "source_dag_id": None,
    "source_run_id": None, "source_task_id": None, "source_map_index": -1, "partition_key": None,
}  # fmt: skip


def test_a_normaliser_that_cannot_be_loaded_breaks_no_file(monkeypatch, caplog):
    """§1.11: asset-uris of a package that is half installed."""
    told = {"asset-uris": [{"schemes": ["warehouse"], "handler": "no.such.module.f"}]}
    monkeypatch.setattr(finding, "packages", lambda: (types.SimpleNamespace(name="ours"),))
    monkeypatch.setattr(finding, "told", lambda one: told)
    forget()
    try:
        assert Asset("Warehouse://h/x/").uri == "warehouse://h/x"
        assert "warehouse" in caplog.text
    finally:
        forget()


def forget():
    asset_uris._installed.cache_clear()
    asset_uris._normaliser.cache_clear()


def test_packages_bring_their_own(monkeypatch):
    """§1.11: asset-uris of an installed provider package."""
    told = {"asset-uris": [{"schemes": ["warehouse"], "handler": f"{__name__}.of_a_package"}]}
    entry = types.SimpleNamespace(name="ours")
    monkeypatch.setattr(finding, "packages", lambda: (entry,))
    monkeypatch.setattr(finding, "told", lambda one: told)
    forget()
    try:
        made = Asset("Warehouse://h/x")
        assert made.uri == "warehouse://h/x/normal"
        event = AssetEvent(EVENT | {"name": made.name, "uri": made.uri}, print)
        assert event.asset == made, "a uri that is known is not written anew"
        with pytest.raises(InvalidValue, match=r"asset uri must be .*refused"):
            Asset("warehouse:///")
    finally:
        forget()


def of_a_package(parts):
    if not parts.netloc:
        message = "refused"
        raise ValueError(message)
    return parts._replace(path=f"{parts.path}/normal")
