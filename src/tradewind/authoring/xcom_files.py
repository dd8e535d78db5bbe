"""XComs in files: written whole before the database hears of them, removed when their try is repeated."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tradewind.authoring import defaults, serde
from tradewind.authoring.serde_types import CLASS, DATA, VERSION
from tradewind.domain import keys
from tradewind.domain.errors import AirflowException

KIND: Final = "tradewind.XComFile"


def _folder(names: dict[str, Any]) -> str:
    """Below the base: one folder for each task instance."""
    return _below(names["dag_id"], names["run_id"], names["task_id"], str(names["map_index"]))


def _below(*parts: str) -> str:
    """Nothing in the names can lead out of it."""
    return "/".join("%2E" * len(part) if set(part) == {"."} else quote(part, safe="+:") for part in parts)


def write(text: str, names: dict[str, Any], attempt_id: str) -> str:
    """Put the text into a file; what stands for it in the database. Raises what the store raises."""
    known = defaults.current()
    content, ending = text.encode(), "json"
    if known.xcom_compression == "gzip":
        content, ending = gzip.compress(content, 6), "json.gz"
    elif known.xcom_compression:
        raise AirflowException(
            "[common.io] xcom_objectstorage_compression must be gzip or empty, got "
            f"{known.xcom_compression!r}"
        )
    key = quote(names["key"], safe="")[:100]
    name = f"{_folder(names)}/{key}-{attempt_id}-{uuid.uuid4().hex[:8]}.{ending}"
    _write(name, content)
    data = {"name": name, "bytes": len(text)}
    return json.dumps({CLASS: KIND, VERSION: 1, DATA: data}, separators=(",", ":"))


def _at(name: str) -> Any:
    """The file of that name: pathlib's on this machine, else of an object store."""
    base = defaults.current().xcom_path
    if not base:
        raise AirflowException(
            f"The XCom lies in the file {name}, but [common.io] xcom_objectstorage_path is not set here."
        )
    if "://" in base and not base.startswith("file://"):
        from tradewind.authoring.object_storage import ObjectStoragePath  # fsspec is heavy

        return ObjectStoragePath(base) / name
    return Path(base.removeprefix("file://")).expanduser() / name


def _write(name: str, content: bytes) -> None:
    path = _at(name)
    if not isinstance(path, Path):
        try:
            path.write_bytes(content)
        except FileNotFoundError:  # a store that knows folders
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.write_bytes(content)
    part.replace(path)  # a reader sees all of it or nothing


def read(data: dict[str, Any]) -> Any:
    """The value in a file that an XCom names. Raises AirflowException where it is not there."""
    name = str(data["name"])
    if ".." in name.split("/") or name.startswith("/"):
        raise AirflowException(f"An XCom names {name!r}, which is no file below xcom_objectstorage_path.")
    path = _at(name)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise AirflowException(
            f"The XCom's value lies in {path}, and is not there: this worker must see the same "
            "[common.io] xcom_objectstorage_path as the one that pushed it."
        ) from error
    return serde.decode((gzip.decompress(content) if name.endswith(".gz") else content).decode())


def remove(ti: Any) -> None:
    """Remove what earlier attempts of that task instance wrote.

    Not what later ones did: this one may have been given up while its worker stood still.
    """
    names = {"task_id": ti.task_id, "dag_id": ti.dag_id, "run_id": ti.run_id, "map_index": ti.map_index}
    folder = _at(_folder(names))
    if isinstance(folder, Path):
        for path in folder.glob("*"):
            if keys.is_xcom_file(path.name, before=ti.id):
                path.unlink(missing_ok=True)
        return
    earlier = [path for path in _found(folder) if keys.is_xcom_file(path, before=ti.id)]
    if earlier:
        folder.fs.rm(earlier)


def remove_runs(dag_id: str, run_ids: Iterable[str], *, before: datetime) -> int:
    """Remove what runs that are gone left in an object store; how many files.

    Only files that are named as ours, by attempts made ``before``: a run of the same name may have followed.
    Raises what the store raises. In a folder the scheduler does this.
    """
    count, first = 0, keys.attempt_id(before, 0)
    for run_id in run_ids:
        folder = _at(_below(dag_id, run_id))
        if isinstance(folder, Path):
            return 0
        ours = [path for path in _found(folder) if keys.is_xcom_file(path, before=first)]
        if ours:
            folder.fs.rm(ours)
        count += len(ours)
    return count


def _found(folder: Any) -> list[str]:
    """The files below a folder of an object store, by what the store says now."""
    folder.fs.invalidate_cache()  # a process that lives long may have listed it before
    found: list[str] = folder.fs.find(folder.path)
    return found
