"""§1.16 XCom back ends: long values in files, back ends of others, and what is refused."""

from __future__ import annotations

import json
import types
import uuid
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from tradewind.authoring import context, defaults, serde, xcom, xcom_files, xcoms
from tradewind.authoring.dag import DAG
from tradewind.authoring.object_storage import ObjectStoragePath
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.domain import keys
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data

LONG = {"text": "x" * 500, "n": [1, 2]}


@pytest.fixture
def ti(runs):
    with DAG("d"):
        task = EmptyOperator(task_id="a")
    return runs.ti(task)


def use(**options) -> None:
    defaults.use(defaults.Defaults(**{"xcom_threshold": 100, **options}))


@pytest.mark.parametrize("compression", ["", "gzip"])
def test_a_long_value_lies_in_a_file(ti, tmp_path, compression: str) -> None:
    use(xcom_path=str(tmp_path), xcom_compression=compression)
    text = xcom.dump(LONG, "k/../y", ti)
    assert len(text) < 300
    assert xcom.load(text) == LONG
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.relative_to(tmp_path).parts[:4] == ("d", "r1", "a", "-1")
    assert file.name.endswith(".json.gz" if compression else ".json")
    assert serde.describe(text)["bytes"] > 500
    assert xcom.dump("short", "k", ti) == '"short"'
    file.unlink()
    with pytest.raises(AirflowException, match="must see the same"):
        xcom.load(text)


def test_in_an_object_store(ti) -> None:
    use(xcom_path=f"memory://xcoms-{uuid.uuid4().hex}")
    text = xcom.dump(LONG, "k", ti)
    assert xcom.load(text) == LONG
    store = ObjectStoragePath(defaults.current().xcom_path)
    store.fs.rm(store.path, recursive=True)
    with pytest.raises(AirflowException, match="is not there"):
        xcom.load(text)


def test_without_a_path_or_below_the_threshold_all_is_in_the_database(ti, tmp_path) -> None:
    use()
    assert json.loads(xcom.dump(LONG, "k", ti)) == LONG
    use(xcom_path=str(tmp_path), xcom_threshold=-1)
    assert json.loads(xcom.dump(LONG, "k", ti)) == LONG


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "d/../../x"])
def test_no_xcom_names_a_file_elsewhere(tmp_path, name: str) -> None:
    use(xcom_path=str(tmp_path))
    forged = json.dumps({"__classname__": xcom_files.KIND, "__version__": 1, "__data__": {"name": name}})
    with pytest.raises(AirflowException, match="no file below"):
        xcom.load(forged)


def test_names_cannot_lead_out_of_the_folder(runs, tmp_path) -> None:
    use(xcom_path=str(tmp_path / "base"))
    names = {"dag_id": "..", "run_id": "a/../../b", "task_id": ".", "map_index": -1, "key": "../x"}
    xcom_files.write("{}", names, "at")
    assert all((tmp_path / "base") in path.parents for path in tmp_path.rglob("*.json"))


@pytest.mark.parametrize("store", ["folder", "memory"])
def test_a_try_removes_what_earlier_ones_wrote(ti, tmp_path, store: str) -> None:
    """… and not what those after it did, where it wakes up on a worker that stood still; nor other files."""
    base = str(tmp_path) if store == "folder" else f"memory://xcoms-{uuid.uuid4().hex}"
    use(xcom_path=base)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    ids = [keys.attempt_id(now + timedelta(hours=hours), 7) for hours in (-1, 0, 1)]
    names = {"dag_id": "d", "run_id": "r1", "task_id": "a", "map_index": -1, "key": "k"}
    for each in ids:
        xcom_files.write("{}", names, each)
    folder = ObjectStoragePath(base) / "d/r1/a/-1"
    (folder / "photo.json").write_text("cat")
    mine = types.SimpleNamespace(dag_id="d", run_id="r1", task_id="a", map_index=-1, id=ids[1])
    xcom.forget(mine)
    left = sorted(path.name for path in folder.iterdir())
    assert [name.rpartition("-")[0] for name in left] == [f"k-{ids[1]}", f"k-{ids[2]}", ""]
    assert left[-1] == "photo.json"


class Prefixing(xcom.BaseXCom):
    """A back end as people write them: some values elsewhere, for the rest the base."""

    KEPT: ClassVar[dict[str, object]] = {}

    @staticmethod
    def serialize_value(value, key=None, task_id=None, **kwargs):
        if isinstance(value, set):
            Prefixing.KEPT[f"kept://{task_id}/{key}"] = value
            value = f"kept://{task_id}/{key}"
        return xcom.BaseXCom.serialize_value(value)

    @staticmethod
    def deserialize_value(result):
        value = xcom.BaseXCom.deserialize_value(result)
        return Prefixing.KEPT[value] if isinstance(value, str) and value.startswith("kept://") else value


class Old:
    """One of 2.0, which makes bytes and knows no names."""

    @staticmethod
    def serialize_value(value):
        return b"v:" + repr(value).encode()

    @staticmethod
    def deserialize_value(result):
        return json.loads(result.value)


def test_back_ends_of_others(ti, monkeypatch) -> None:
    for cls in (Prefixing, Old):
        monkeypatch.setitem(xcom._backends, f"mine.{cls.__name__}", cls)
    use(xcom_backend="mine.Prefixing")
    assert json.loads(xcom.dump({1}, "k", ti)) == "kept://a/k"
    assert xcom.load(xcom.dump({1}, "k", ti)) == {1}
    assert xcom.load(xcom.dump([1], "k", ti)) == [1]
    use(xcom_backend="mine.Old")
    assert xcom.load(xcom.dump(5, "k", ti)) == "v:5"


class Keeping(xcom.BaseXCom):
    """One that keeps its values by run."""

    @staticmethod
    def deserialize_value(result):
        return f"{result.dag_id}/{result.run_id}/{result.task_id}/{result.key}"


def test_a_prior_value_is_read_as_one_of_the_run_that_stored_it(ti, runs, monkeypatch) -> None:
    """§1.16 custom backend, include_prior_dates."""
    monkeypatch.setitem(xcom._backends, "mine.Keeping", Keeping)
    use(xcom_backend="mine.Keeping")
    runs.link.put("b", 1, key="k")
    runs.link.answers[data.FindXComRun] = "before"
    assert ti.xcom_pull("b", key="k", include_prior_dates=True) == f"{ti.dag_id}/before/b/k"
    assert ti.xcom_pull("b", key="k") == f"{ti.dag_id}/{ti.run_id}/b/k"
    with context.active(context.Context({"ti": ti})):
        assert xcoms.XCom.get_one(task_id="b", key="k", include_prior_dates=True).split("/")[1] == "before"
        (one,) = xcoms.XCom.get_all(task_id="b", key="k", include_prior_dates=True)
        assert one.split("/")[1] == "before"


def test_a_back_end_that_is_none(ti) -> None:
    use(xcom_backend="json.JSONDecoder")
    with pytest.raises(AirflowException, match="serialize_value"):
        xcom.dump(1, "k", ti)


def test_what_deleted_runs_left_in_an_object_store() -> None:
    """§1.16: their own files, and neither those of a later run of the same name nor anybody else's."""
    base = f"memory://xcoms-{uuid.uuid4().hex}"
    use(xcom_path=base)
    deleted = datetime(2026, 1, 2, tzinfo=UTC)
    old, new = (keys.attempt_id(deleted + timedelta(hours=hours), 7) for hours in (-1, 1))
    names = {"dag_id": "d", "task_id": "t", "map_index": -1, "key": "k"}
    for run_id in ("gone+1", "gone 2", "kept"):
        xcom_files.write("{}", {**names, "run_id": run_id}, old)
    xcom_files.write("{}", {**names, "run_id": "gone+1"}, new)
    store = ObjectStoragePath(base)
    (store / "d" / "gone+1" / "t" / "photo.json").write_text("cat")
    assert xcom_files.remove_runs("d", ["gone+1", "gone 2", "never"], before=deleted) == 2
    left = sorted(path.rpartition("/d/")[2] for path in store.fs.find(store.path))
    assert [path.partition("/")[0] for path in left] == ["gone+1", "gone+1", "kept"]
    assert left[1].startswith("gone+1/t/photo") or left[0].startswith("gone+1/t/-1/k-" + new)


def test_in_a_folder_the_scheduler_removes_them(tmp_path) -> None:
    use(xcom_path=str(tmp_path))
    names = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "key": "k"}
    xcom_files.write("{}", names, keys.attempt_id(datetime(2026, 1, 1, tzinfo=UTC), 7))
    assert xcom_files.remove_runs("d", ["r"], before=datetime(2026, 1, 2, tzinfo=UTC)) == 0
    assert len(list(tmp_path.rglob("*.json"))) == 1
