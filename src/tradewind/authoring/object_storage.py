"""``ObjectStoragePath("s3://conn_id@bucket/key")``: a path in an object store, or on a local disk, by fsspec.

fsspec, and the library of the store, load when a path is first used. The connection gives the store's login:
``login`` and ``password`` as ``key`` and ``secret`` where the store is S3, and every field of its extra.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tradewind.authoring.object_stat import StatResult
from tradewind.domain.errors import AirflowException

_attached: dict[str, Any] = {}


class StoreMissing(AirflowException, ImportError):
    """The library of a kind of store is not installed."""


def attach(
    protocol: str | None = None,
    conn_id: str | None = None,
    *,
    alias: str | None = None,
    fs: Any = None,
    **options: Any,
) -> Any:
    """The store of that protocol and connection; ``fs`` is taken as it is from then on."""
    protocol = protocol or getattr(fs, "protocol", "file")
    name = alias or f"{protocol}-{conn_id}" if conn_id else str(protocol)
    if fs is not None:
        _attached[name] = fs
    elif name not in _attached:
        _attached[name] = get_fs(str(protocol), conn_id, options)
    return _attached[name]


def has_fs(scheme: str) -> bool:
    """Whether that kind of store is known."""
    from fsspec.registry import known_implementations, registry

    return scheme in known_implementations or scheme in registry


def get_fs(scheme: str, conn_id: str | None = None, storage_options: dict[str, Any] | None = None) -> Any:
    """A file system of fsspec. Raises StoreMissing, ConnectionNotFound."""
    try:
        import fsspec
    except ImportError as error:
        raise StoreMissing("Object storage paths need fsspec: pip install fsspec") from error
    options = {**_of_connection(scheme, conn_id), **(storage_options or {})}
    try:
        return fsspec.filesystem(scheme, **options)
    except (ImportError, ValueError) as error:
        raise StoreMissing(f"Paths that begin with {scheme}:// cannot be used: {error}") from error


def _of_connection(scheme: str, conn_id: str | None) -> dict[str, Any]:
    if not conn_id:
        return {}
    from tradewind.authoring.hooks.base import BaseHook

    connection = BaseHook.get_connection(conn_id)
    options = dict(connection.extra_dejson)
    if scheme in {"s3", "s3a"}:
        options.setdefault("key", connection.login)
        options.setdefault("secret", connection.password)
        options.pop("aws_access_key_id", None)
    return {name: value for name, value in options.items() if value is not None}


class ObjectStoragePath:
    """Like ``pathlib.Path``; equal paths name the same object. Raises what the store raises."""

    __version__: ClassVar[int] = 1

    def __init__(
        self, path: Any, *more: str, conn_id: str | None = None, protocol: str | None = None, **options: Any
    ) -> None:
        if isinstance(path, ObjectStoragePath):
            options = {**path.storage_options, **options}
            path = path.as_uri()
        text = str(path)
        if "://" in text:
            parts = urlsplit(text)
            found, _, place = parts.netloc.rpartition("@")
            protocol, conn_id = protocol or parts.scheme, conn_id or found or None
            text = place + parts.path
        self.protocol: str = protocol or "file"
        self.conn_id: str | None = conn_id
        self.storage_options: dict[str, Any] = options
        self.path: str = posixpath.join(text, *more) if more else text

    @property
    def fs(self) -> Any:
        """fsspec's file system."""
        return attach(self.protocol, self.conn_id, **self.storage_options)

    def with_path(self, path: str) -> ObjectStoragePath:
        """The same store with another path; how templates in paths are rendered."""
        if path == self.path:
            return self
        return type(self)(path, conn_id=self.conn_id, protocol=self.protocol, **self.storage_options)

    # --- names

    @property
    def name(self) -> str:
        """The last part."""
        return posixpath.basename(self.path.rstrip("/"))

    @property
    def stem(self) -> str:
        """The last part without its suffix."""
        return posixpath.splitext(self.name)[0]

    @property
    def suffix(self) -> str:
        """The last part's suffix, with its dot."""
        return posixpath.splitext(self.name)[1]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts, from the bucket on."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def parent(self) -> ObjectStoragePath:
        """The path above."""
        return self._of(posixpath.dirname(self.path.rstrip("/")))

    @property
    def bucket(self) -> str:
        """The first part."""
        return self.parts[0] if self.parts else ""

    @property
    def key(self) -> str:
        """What follows the bucket."""
        return "/".join(self.parts[1:])

    container = bucket

    def as_uri(self) -> str:
        """With protocol and connection."""
        conn = f"{self.conn_id}@" if self.conn_id else ""
        return f"{self.protocol}://{conn}{self.path}"

    def joinpath(self, *parts: str) -> ObjectStoragePath:
        """The path below."""
        return self._of(posixpath.join(self.path, *(str(part) for part in parts)))

    def with_name(self, name: str) -> ObjectStoragePath:
        """The path with another last part."""
        return self.parent / name

    def with_suffix(self, suffix: str) -> ObjectStoragePath:
        """The path with another suffix; ``""`` takes it away."""
        return self.parent / f"{self.stem}{suffix}"

    def __truediv__(self, part: str) -> ObjectStoragePath:
        return self.joinpath(part)

    def _of(self, path: str) -> ObjectStoragePath:
        return ObjectStoragePath(path, conn_id=self.conn_id, protocol=self.protocol, **self.storage_options)

    # --- what is there

    def exists(self) -> bool:
        """Whether something is there."""
        return bool(self.fs.exists(self.path))

    def is_file(self) -> bool:
        """Whether it is an object."""
        return bool(self.fs.isfile(self.path))

    def is_dir(self) -> bool:
        """Whether there is something below it."""
        return bool(self.fs.isdir(self.path))

    def stat(self) -> StatResult:
        """What the store tells of it, also by the names of ``os.stat``: ``st_size``, ``st_mtime``, …"""
        return StatResult(self.fs.info(self.path))

    def size(self) -> int:
        """Bytes."""
        return int(self.fs.size(self.path))

    def checksum(self) -> Any:
        """Changes with the content."""
        return self.fs.checksum(self.path)

    def iterdir(self) -> Iterator[ObjectStoragePath]:
        """What lies directly below."""
        for path in sorted(self.fs.ls(self.path, detail=False)):
            yield self._of(path)

    def glob(self, pattern: str) -> Iterator[ObjectStoragePath]:
        """What lies below and matches."""
        for path in sorted(self.fs.glob(posixpath.join(self.path, pattern))):
            yield self._of(path)

    def rglob(self, pattern: str) -> Iterator[ObjectStoragePath]:
        """What lies below at any depth, and matches."""
        return self.glob(f"**/{pattern}")

    def match(self, pattern: str) -> bool:
        """Whether the name matches."""
        return fnmatchcase(self.name, pattern)

    # --- reading and writing

    def open(self, mode: str = "r", **options: Any) -> Any:
        """A file."""
        return self.fs.open(self.path, mode, **options)

    def read_bytes(self) -> bytes:
        """The content."""
        return bytes(self.fs.cat_file(self.path))

    def read_text(self, encoding: str = "utf-8") -> str:
        """The content as text."""
        return self.read_bytes().decode(encoding)

    read_block = read_bytes

    def write_bytes(self, content: bytes) -> int:
        """Write all of it; the number of bytes."""
        self.fs.pipe_file(self.path, content)
        return len(content)

    def write_text(self, content: str, encoding: str = "utf-8") -> int:
        """Write all of it as text."""
        return self.write_bytes(content.encode(encoding))

    def touch(self) -> None:
        """Make it, if it is not there."""
        if not self.exists():
            self.write_bytes(b"")

    def mkdir(self, parents: bool = True, exist_ok: bool = True) -> None:
        """Make a folder, where the store has such."""
        self.fs.makedirs(self.path, exist_ok=exist_ok) if parents else self.fs.mkdir(self.path)

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the object."""
        if not missing_ok or self.exists():
            self.fs.rm_file(self.path)

    def rmdir(self, recursive: bool = False) -> None:
        """Remove a folder; ``recursive`` with all in it."""
        self.fs.rm(self.path, recursive=True) if recursive else self.fs.rmdir(self.path)

    def copy(self, to: Any, recursive: bool = False) -> ObjectStoragePath:
        """Copy it, to another store as well; the new path. A folder needs ``recursive``."""
        target = to if isinstance(to, ObjectStoragePath) else ObjectStoragePath(to)
        if self.is_dir():
            if not recursive:
                raise IsADirectoryError(f"{self.as_uri()} is a folder: copy(..., recursive=True) copies it.")
            for path in self.fs.find(self.path):
                below = posixpath.relpath(path, self.fs._strip_protocol(self.path))
                self._of(path).copy(target.joinpath(below))
            return target
        if target.is_dir():
            target = target / self.name
        if self.samestore(target):
            self.fs.copy(self.path, target.path)
            return target
        target.fs.makedirs(target.parent.path, exist_ok=True)
        with self.open("rb") as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
        return target

    def move(self, to: Any, recursive: bool = False) -> ObjectStoragePath:
        """Copy it and remove it here; the new path."""
        target = self.copy(to, recursive=recursive)
        self.rmdir(recursive=True) if self.is_dir() else self.unlink()
        return target

    rename = move

    def samestore(self, other: Any) -> bool:
        """Whether the other one lies in the same store, by the same login."""
        return isinstance(other, ObjectStoragePath) and self._store() == other._store()

    def _store(self) -> tuple[Any, ...]:
        return self.protocol, self.conn_id, tuple(sorted(self.storage_options.items(), key=str))

    # --- as a value

    def serialize(self) -> dict[str, Any]:
        """As data, without anything secret."""
        return {"uri": self.as_uri(), "options": self.storage_options}

    @staticmethod
    def deserialize(data: dict[str, Any], version: int) -> ObjectStoragePath:
        """From data."""
        return ObjectStoragePath(data["uri"], **data["options"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectStoragePath) and (self._store(), self.path) == (
            other._store(),
            other.path,
        )

    def __hash__(self) -> int:
        return hash((self.protocol, self.conn_id, self.path))

    def __fspath__(self) -> str:
        if self.protocol != "file":
            raise TypeError(f"{self.as_uri()} is no file of this machine: open it with .open()")
        return self.path

    def __str__(self) -> str:
        return self.as_uri()

    def __repr__(self) -> str:
        return f"ObjectStoragePath({self.as_uri()!r})"
