"""§1.11 Assets: uris have one way to be written, with the normalisers of the provider packages."""

import types

import pytest

from tradewind.authoring import asset_uris, oversights
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


def test_packages_bring_their_own(monkeypatch):
    """§1.11: asset-uris of an installed provider package."""
    told = {"asset-uris": [{"schemes": ["warehouse"], "handler": f"{__name__}.of_a_package"}]}
    entry = types.SimpleNamespace(name="ours")
    monkeypatch.setattr(finding, "packages", lambda: (entry,))
    monkeypatch.setattr(finding, "told", lambda one: told)
    asset_uris._installed.cache_clear()
    try:
        assert Asset("Warehouse://h/x").uri == "warehouse://h/x/normal"
        with pytest.raises(InvalidValue, match=r"asset uri must be .*refused"):
            Asset("warehouse:///")
    finally:
        asset_uris._installed.cache_clear()


def of_a_package(parts):
    if not parts.netloc:
        message = "refused"
        raise ValueError(message)
    return parts._replace(path=f"{parts.path}/normal")
