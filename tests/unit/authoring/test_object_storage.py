"""§1.16 ObjectStoragePath, on fsspec's memory store and on the disk."""

from __future__ import annotations

import os
import stat
import time
import uuid
from pathlib import Path

import pytest

from tradewind import secrets
from tradewind.authoring import object_storage, serde
from tradewind.authoring.object_storage import ObjectStoragePath, StoreMissing
from tradewind.secrets.connection import Connection


@pytest.fixture
def base() -> ObjectStoragePath:
    return ObjectStoragePath(f"memory://bucket-{uuid.uuid4().hex}")


def test_names() -> None:
    path = ObjectStoragePath("s3://my_conn@bucket/a/b.csv")
    assert (path.protocol, path.conn_id, path.bucket, path.key) == ("s3", "my_conn", "bucket", "a/b.csv")
    assert (path.name, path.stem, path.suffix, str(path.parent)) == (
        "b.csv", "b", ".csv", "s3://my_conn@bucket/a",
    )  # fmt: skip
    assert str(path.parent / "c" / "d") == "s3://my_conn@bucket/a/c/d"
    assert path == ObjectStoragePath(path)
    assert serde.decode(serde.encode(path)) == path
    with pytest.raises(TypeError, match="no file"):
        os.fspath(path)


def test_what_stat_tells(base: ObjectStoragePath, tmp_path: Path) -> None:
    before = time.time()
    (base / "a.txt").write_text("über")
    told = (base / "a.txt").stat()
    assert (told.st_size, told["size"], stat.S_ISREG(told.st_mode)) == (5, 5, True)
    assert before - 1 <= told.st_mtime <= time.time() + 1
    (tmp_path / "b").write_text("abc")
    mine, real = ObjectStoragePath(f"file://{tmp_path}/b").stat(), (tmp_path / "b").stat()
    for name in ("st_size", "st_mtime", "st_mode", "st_uid", "st_gid", "st_ino", "st_nlink"):
        assert getattr(mine, name) == pytest.approx(getattr(real, name)), name
    assert stat.S_ISDIR(ObjectStoragePath(f"file://{tmp_path}").stat().st_mode)


def test_other_names_and_depths(base: ObjectStoragePath) -> None:
    deep = base / "x" / "y" / "c.tar.csv"
    assert str(deep.with_name("d")).endswith("/x/y/d")
    assert deep.with_suffix(".parquet").name == "c.tar.parquet" and deep.with_suffix("").name == "c.tar"
    deep.write_text("1")
    assert [path.name for path in base.rglob("*.csv")] == ["c.tar.csv"]


def test_reading_and_writing(base: ObjectStoragePath) -> None:
    file = base / "a" / "b.txt"
    assert not file.exists()
    assert file.write_text("über") == 5
    assert (file.read_text(), file.size(), file.is_file(), base.is_dir()) == ("über", 5, True, True)
    with file.open("wb") as sink:
        sink.write(b"1,2")
    with file.open() as source:
        assert source.read() == "1,2"
    (base / "a" / "c.csv").touch()
    assert [path.name for path in (base / "a").iterdir()] == ["b.txt", "c.csv"]
    assert [path.name for path in base.glob("**/*.csv")] == ["c.csv"]
    file.unlink()
    file.unlink(missing_ok=True)
    assert not file.exists()


def test_between_stores(base: ObjectStoragePath, tmp_path) -> None:
    (tmp_path / "x.bin").write_bytes(b"abc")
    here = ObjectStoragePath(tmp_path / "x.bin")
    there = here.copy(base / "y.bin")
    assert there.read_bytes() == b"abc"
    (base / "sub" / "z").write_bytes(b"z")
    base.copy(ObjectStoragePath(tmp_path / "out"), recursive=True)
    assert (tmp_path / "out" / "sub" / "z").read_bytes() == b"z"
    moved = there.move(base / "m.bin")
    assert (moved.read_bytes(), there.exists()) == (b"abc", False)
    with pytest.raises(IsADirectoryError, match="recursive"):
        base.copy(ObjectStoragePath(tmp_path / "again"))


def test_a_login_from_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        def get_connection(self, conn_id: str) -> Connection:
            return Connection(
                conn_id, "aws", login="me", password="secret", extra={"endpoint_url": "http://x"}
            )

    before = secrets.current()
    secrets.use(secrets.Chain([Known()]))
    try:
        options = object_storage._of_connection("s3", "c")
    finally:
        secrets.use(before)
    assert options == {"key": "me", "secret": "secret", "endpoint_url": "http://x"}


def test_a_store_that_is_not_installed() -> None:
    with pytest.raises(StoreMissing, match="nosuchstore"):
        ObjectStoragePath("nosuchstore://a/b").exists()
    assert object_storage.has_fs("memory")
    assert not object_storage.has_fs("nosuchstore")
