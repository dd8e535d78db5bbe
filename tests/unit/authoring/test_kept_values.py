"""§1.16 Options of values that are kept: which classes may be built, where long XComs lie, state back
ends.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tradewind.authoring import defaults, object_storage, serde, state_scopes, xcom
from tradewind.authoring.dag import DAG
from tradewind.authoring.object_storage import ObjectStoragePath
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.config.compat import conf
from tradewind.domain.messages import data


@pytest.fixture
def option() -> Iterator[Any]:
    """Set an option of airflow.cfg, and have the defaults read anew."""
    given: list[tuple[str, str]] = []

    def put(section: str, key: str, value: str) -> None:
        conf.set(section, key, value)
        given.append((section, key))
        defaults.use(None)

    yield put
    for section, key in given:
        conf.remove_option(section, key)


def test_classes_that_may_be_imported_for_a_value(
    option: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """allowed_deserialization_classes; classes with serialize and deserialize of their own."""
    (tmp_path / "kept_thing.py").write_text(
        "class Thing:\n    __version__ = 3\n    def __init__(self, n): self.n = n\n"
        "    def serialize(self): return {'n': self.n}\n"
        "    @staticmethod\n    def deserialize(data, version): return Thing(data['n'] + version)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    text = serde.encode(importlib.import_module("kept_thing").Thing(1))
    del sys.modules["kept_thing"]
    with pytest.raises(serde.CannotDeserialize, match="allowed_deserialization_classes"):
        serde.decode(text)
    option("core", "allowed_deserialization_classes", "other.* kept_thing.*")
    assert serde.decode(text).n == 4
    del sys.modules["kept_thing"]


@pytest.mark.parametrize("compression", ["", "gzip"])
def test_airflows_backend_for_long_values(runs: Any, option: Any, tmp_path: Path, compression: str) -> None:
    """XComObjectStorageBackend: path, threshold, compression."""
    option("core", "xcom_backend", "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend")
    option("common.io", "xcom_objectstorage_path", f"file://{tmp_path}")
    option("common.io", "xcom_objectstorage_threshold", "100")
    option("common.io", "xcom_objectstorage_compression", compression)
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    assert xcom.dump("short", "k", ti) == '"short"'
    kept = xcom.dump("x" * 500, "k", ti)
    assert len(kept) < 500
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert serde.decode(kept) == "x" * 500


def test_values_of_earlier_runs(runs: Any) -> None:
    """include_prior_dates."""
    with DAG("d"):
        ti = runs.ti(EmptyOperator(task_id="a"))
    ti.xcom_pull(task_ids="b", include_prior_dates=True)
    assert all(asked.include_prior_dates for asked in runs.link.asked if isinstance(asked, data.GetXCom))


def test_the_backend_of_state_is_an_option(option: Any) -> None:
    """[workers] state_store_backend, [state_store] clear_on_success, default_retention_days."""
    assert state_scopes.current() is None
    option("workers", "state_store_backend", "tests.unit.authoring.test_names_of_providers.Backend")
    option("state_store", "clear_on_success", "True")
    option("state_store", "default_retention_days", "3")
    assert type(state_scopes.current()).__name__ == "Backend"
    assert (defaults.current().state_cleared, defaults.current().state_days) == (True, 3)


def test_stores_that_are_given(tmp_path: Path) -> None:
    """attach, copy, move."""
    import fsspec

    memory = fsspec.filesystem("memory")
    object_storage.attach("memory", "mine", fs=memory)
    path = ObjectStoragePath("memory://mine@kept/a.txt")
    assert path.fs is memory
    path.write_text("one")
    path.copy(ObjectStoragePath("memory://mine@kept/b.txt"))
    path.move(ObjectStoragePath(f"file://{tmp_path}/c.txt"))
    assert (ObjectStoragePath("memory://mine@kept/b.txt").read_text(), (tmp_path / "c.txt").read_text()) == (
        "one",
    ) * 2
    assert not path.exists()
