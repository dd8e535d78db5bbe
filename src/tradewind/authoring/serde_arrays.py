"""numpy, pandas and Polars values as JSON. Loaded only where one of them is sent to another task."""

from __future__ import annotations

import base64
import io
import math
from typing import Any


def dump(value: Any) -> tuple[str, int, Any] | None:  # noqa: PLR0911 - one line a type
    """(class name, version, data), or None for a type of theirs that is not known."""
    kind = type(value).__name__
    if type(value).__module__.startswith("polars."):
        return _dump_polars(value, kind)
    if kind == "ndarray":
        return _dump_array(value)
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == ():
        return _dump_scalar(value)
    if kind == "DataFrame":
        return "pandas.DataFrame", 2, {"split": _split(value)}
    if kind == "Series":
        return "pandas.Series", 1, {"name": value.name, "split": _split(value.to_frame("value"))}
    if kind == "Timestamp":
        return "datetime.datetime", 2, {"iso": value.to_pydatetime().isoformat(), "tz": None}
    if kind == "Timedelta":
        return "datetime.timedelta", 1, value.total_seconds()
    return None


def _dump_array(value: Any) -> tuple[str, int, Any] | None:
    if value.dtype.hasobject:
        return "numpy.ndarray", 1, {"list": value.tolist()}
    import numpy  # type: ignore[import-not-found, unused-ignore]

    buffer = io.BytesIO()
    numpy.save(buffer, value, allow_pickle=False)
    return "numpy.ndarray", 1, {"npy": base64.b64encode(buffer.getvalue()).decode("ascii")}


def _dump_scalar(value: Any) -> tuple[str, int, Any]:
    item = value.item()
    if isinstance(item, (bool, int, float, str)):
        return "numpy.generic", 1, {"dtype": str(value.dtype), "value": item}
    return "", 1, item


def _dump_polars(value: Any, kind: str) -> tuple[str, int, Any] | None:
    """As an Arrow file, which keeps every type; a lazy frame is no value."""
    if kind not in {"DataFrame", "Series"}:
        return None
    frame = value if kind == "DataFrame" else value.to_frame()
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return f"polars.{kind}", 1, {"ipc": base64.b64encode(buffer.getvalue()).decode("ascii")}


def _split(frame: Any) -> dict[str, Any]:
    """Columns, types and values; pandas' own JSON keeps neither types nor time zones."""
    return {
        "columns": [str(name) for name in frame.columns],
        "dtypes": [str(kind) for kind in frame.dtypes],
        "index": [_cell(cell) for cell in frame.index.tolist()],
        "rows": [[_cell(cell) for cell in row] for row in frame.itertuples(index=False, name=None)],
    }


def _cell(value: Any) -> Any:
    if type(value).__name__ in {"NaTType", "NAType"} or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.isoformat() if type(value).__name__ == "Timestamp" else value


def load(kind: str, data: Any) -> Any:
    """The value again."""
    if kind == "ndarray":
        return _load_array(data)
    if kind == "generic":
        import numpy  # type: ignore[import-not-found, unused-ignore]

        return numpy.dtype(data["dtype"]).type(data["value"])
    if "ipc" in data:
        return _load_polars(kind, data)
    frame = _frame(data["split"])
    if kind == "frame":
        return frame
    series = frame["value"]
    series.name = data["name"]
    return series


def _load_polars(kind: str, data: dict[str, Any]) -> Any:
    import polars  # type: ignore[import-not-found, unused-ignore]

    frame = polars.read_ipc(io.BytesIO(base64.b64decode(data["ipc"])))
    return frame if kind == "frame" else frame.to_series()


def _load_array(data: dict[str, Any]) -> Any:
    import numpy  # type: ignore[import-not-found, unused-ignore]

    if "list" in data:
        return numpy.array(data["list"], dtype=object)
    return numpy.load(io.BytesIO(base64.b64decode(data["npy"])), allow_pickle=False)


def _frame(split: dict[str, Any]) -> Any:
    import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]

    frame = pandas.DataFrame(split["rows"], columns=split["columns"], index=split["index"])
    for column, kind in zip(split["columns"], split["dtypes"], strict=True):
        if kind.startswith("datetime64"):
            frame[column] = pandas.to_datetime(frame[column], utc="UTC" in kind)
        elif kind != "object":
            frame[column] = frame[column].astype(kind)
    return frame
