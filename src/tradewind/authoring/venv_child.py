"""Calls one function in another Python: copied beside its job and run there as a script.

It may meet any Python from 3.8 on and an environment without Tradewind, so it imports the standard library
alone (``serde_arrays`` is copied beside it, and loads numpy or pandas only for values of theirs). Values
travel as the JSON of ``authoring/serde.py``; a test holds the two against each other.
"""

from __future__ import annotations
import __future__

import base64
import datetime
import decimal
import json
import math
import sys
import traceback
import uuid
from pathlib import Path, PurePath
from typing import Any

CLASS, VERSION, DATA = "__classname__", "__version__", "__data__"


def main(job_path: str) -> int:
    """Read the job, call its function, write the result or the error; the exit code of the process."""
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    names = {"__name__": "__virtualenv__", "virtualenv_string_args": job["string_args"]}
    source = "\n" * (job["line"] - 1) + job["source"]
    try:
        flags = __future__.annotations.compiler_flag
        exec(compile(source, job["file"], "exec", flags, dont_inherit=True), names)  # noqa: S102 - our task
        result = names[job["name"]](*restore(job["args"]), **restore(job["kwargs"]))
        text = json.dumps(flatten(result), ensure_ascii=False)
    except Exception as error:  # noqa: BLE001 - whatever the function raises is told and fails the task
        Path(job["error"]).write_text(describe(error), encoding="utf-8")
        sys.stderr.write(trace(error))
        return 1
    Path(job["result"]).write_text(text, encoding="utf-8")
    return 0


def describe(error: BaseException) -> str:
    """One line for people."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def trace(error: BaseException) -> str:
    """The traceback, without this file."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))


# --- values to JSON


def flatten(value: Any) -> Any:
    """The value made of JSON types. Raises TypeError for a type that cannot travel."""
    if value is None or type(value) in (str, bool, int):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else _wrapped("builtins.float", 1, str(value))
    if isinstance(value, list):
        return [flatten(part) for part in value]
    if isinstance(value, dict):
        return _flat_dict(value)
    for base, dump in _DUMPERS:
        if isinstance(value, base):
            name, version, data = dump(value)
            return _wrapped(name, version, flatten(data))
    return _flat_library(value)


def _flat_dict(value: Any) -> Any:
    if all(isinstance(key, str) for key in value):
        return {key: flatten(part) for key, part in value.items()}
    return _wrapped("builtins.dict", 1, [[flatten(key), flatten(part)] for key, part in value.items()])


def _flat_library(value: Any) -> Any:
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas"):
        import serde_arrays  # type: ignore[import-not-found, unused-ignore] # copied beside this file

        found = serde_arrays.dump(value)
        if found is not None:
            return _wrapped(found[0], found[1], flatten(found[2])) if found[0] else flatten(found[2])
    for plain in (str, bool, int, float):
        if isinstance(value, plain):
            return flatten(plain(value))
    kind = type(value)
    raise TypeError(
        f"A value of type {kind.__module__}.{kind.__qualname__} cannot leave this Python. Return JSON values "
        f"(text, numbers, lists, dicts), dates, sets, tuples, or arrays and frames of numpy and pandas."
    )


def _wrapped(name: str, version: int, data: Any) -> Any:
    return {CLASS: name, VERSION: version, DATA: data}


def _dump_datetime(value: Any) -> Any:
    kind = "pendulum.DateTime" if type(value).__module__.startswith("pendulum") else "datetime.datetime"
    zone = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "name", None)
    zone = "UTC" if value.tzinfo is datetime.timezone.utc else zone  # noqa: UP017 - older Pythons
    text = datetime.datetime.isoformat(value)
    mark = {"zone": "pendulum"} if type(value.tzinfo).__module__.startswith("pendulum.") else {}
    return kind, 2, {"iso": text, "tz": zone if isinstance(zone, str) else None, **mark}


def _dump_date(value: Any) -> Any:
    kind = "pendulum.Date" if type(value).__module__.startswith("pendulum.") else "datetime.date"
    return kind, 1, value.isoformat()


_DUMPERS: Any = (
    (datetime.datetime, _dump_datetime),
    (datetime.date, _dump_date),
    (datetime.time, lambda value: ("datetime.time", 1, value.isoformat())),
    (datetime.timedelta, lambda value: ("datetime.timedelta", 1, value.total_seconds())),
    (tuple, lambda value: ("builtins.tuple", 1, list(value))),
    (frozenset, lambda value: ("builtins.frozenset", 1, sorted(value, key=repr))),
    (set, lambda value: ("builtins.set", 1, sorted(value, key=repr))),
    (bytes, lambda value: ("builtins.bytes", 1, base64.b64encode(value).decode("ascii"))),
    (complex, lambda value: ("builtins.complex", 1, [value.real, value.imag])),
    (decimal.Decimal, lambda value: ("decimal.Decimal", 1, str(value))),
    (uuid.UUID, lambda value: ("uuid.UUID", 1, str(value))),
    (PurePath, lambda value: ("pathlib.Path", 1, str(value))),
)


# --- and back


def restore(value: Any) -> Any:
    """The value that was flattened. Raises TypeError for a class that is not known here."""
    if isinstance(value, list):
        return [restore(part) for part in value]
    if not isinstance(value, dict):
        return value
    if CLASS not in value:
        return {key: restore(part) for key, part in value.items()}
    name, data = value[CLASS], restore(value.get(DATA))
    if name in _ARRAYS:
        import serde_arrays  # type: ignore[import-not-found, unused-ignore] # copied beside this file

        return serde_arrays.load(_ARRAYS[name], data)
    if name not in _LOADERS:
        raise TypeError(f"A value of class {name} cannot be read in another Python.")
    return _LOADERS[name](data)


def _load_datetime(data: Any) -> Any:
    value = datetime.datetime.fromisoformat(data["iso"])
    if not data.get("tz"):
        return value
    try:
        from zoneinfo import ZoneInfo  # not in Python 3.8

        zone = ZoneInfo(data["tz"])
        return value.astimezone(_pendulum_zone(zone) if data.get("zone") == "pendulum" else zone)
    except (ImportError, LookupError, ValueError):
        return value


def _load_pendulum(data: Any) -> Any:
    value = _load_datetime(data)
    try:
        import pendulum
    except ImportError:
        return value
    return pendulum.instance(value)


def _load_zone(name: str) -> Any:
    try:
        from zoneinfo import ZoneInfo  # not in Python 3.8

        return ZoneInfo(name)
    except (ImportError, LookupError, ValueError):
        return datetime.timezone.utc  # noqa: UP017 - older Pythons


def _pendulum_zone(zone: Any) -> Any:
    """The same zone as pendulum has it, where it is installed."""
    try:
        import pendulum
    except ImportError:
        return zone
    return pendulum.timezone(getattr(zone, "key", "UTC"))


def _load_pendulum_date(text: str) -> Any:
    try:
        import pendulum
    except ImportError:
        return datetime.date.fromisoformat(text)
    return pendulum.Date.fromisoformat(text)


_ARRAYS = {
    "numpy.ndarray": "ndarray", "numpy.generic": "generic", "pandas.DataFrame": "frame",
    "pandas.Series": "series",
}  # fmt: skip
_LOADERS: Any = {
    "builtins.tuple": tuple,
    "builtins.set": set,
    "builtins.frozenset": frozenset,
    "builtins.float": float,
    "builtins.bytes": base64.b64decode,
    "builtins.complex": lambda data: complex(*data),
    "builtins.dict": lambda pairs: {
        tuple(key) if isinstance(key, list) else key: part for key, part in pairs
    },
    "datetime.datetime": _load_datetime,
    "datetime.date": datetime.date.fromisoformat,
    "datetime.time": datetime.time.fromisoformat,
    "datetime.timedelta": lambda seconds: datetime.timedelta(seconds=seconds),
    "datetime.tzinfo": _load_zone,
    "datetime.timezone": _load_zone,
    "pendulum.DateTime": _load_pendulum,
    "pendulum.Date": _load_pendulum_date,
    "pendulum.Timezone": lambda name: _pendulum_zone(_load_zone(name)),
    "decimal.Decimal": decimal.Decimal,
    "uuid.UUID": uuid.UUID,
    "pathlib.Path": Path,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
