"""§1.16 XCom values of other libraries: they arrive as they were, types, zones and gaps included."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pydantic
import pytest

from tradewind.authoring import serde


def travelled(value):
    """As another task gets it."""
    return serde.decode(serde.encode(value))


def test_numpy() -> None:
    for array in (
        np.arange(6, dtype="int16").reshape(2, 3),
        np.array([1.5, float("nan")]),
        np.array(["a", "bc"]),
        np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
        np.array([1, "x", None], dtype=object),
        np.zeros((0, 3)),
    ):
        found = travelled(array)
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)
    for scalar in (np.float32(1.5), np.int64(2**60), np.bool_(True), np.str_("x")):
        assert travelled(scalar) == scalar
        assert type(travelled(scalar)) is type(scalar)


def test_pandas() -> None:
    frame = pd.DataFrame(
        {
            "i": [1, 2], "f": [1.5, float("nan")], "s": ["a", None], "b": [True, False],
            "t": pd.to_datetime(["2026-01-01T01:02:03.000004", None]),
            "z": pd.to_datetime(["2026-01-01", "2026-07-01"], utc=True),
            "n": pd.array([1, None], dtype="Int64"),
            "c": pd.Categorical(["x", "y"]),
        },
        index=["r1", "r2"],
    )  # fmt: skip
    pd.testing.assert_frame_equal(travelled(frame), frame)
    series = pd.Series([1, 2], name="s", index=[10, 20])
    pd.testing.assert_series_equal(travelled(series), series)
    assert travelled(pd.Timestamp("2026-01-01", tz="UTC")) == datetime(2026, 1, 1, tzinfo=UTC)


def test_polars() -> None:
    frame = pl.DataFrame(
        {
            "i": [1, None], "f": [1.5, math.inf], "s": ["a", "ü"], "d": [date(2026, 1, 1), None],
            "t": [datetime(2026, 1, 1, tzinfo=UTC), None], "m": [Decimal("1.10"), None], "l": [[1, 2], []],
        }
    )  # fmt: skip
    assert travelled(frame).equals(frame)
    assert travelled(frame).schema == frame.schema
    assert travelled({"deep": [frame["s"]]})["deep"][0].equals(frame["s"])
    with pytest.raises(serde.CannotSerialize, match="LazyFrame"):
        serde.encode(frame.lazy())


def test_models_of_libraries() -> None:
    global Model, Thing  # noqa: PLW0603 - found again by their names in this module

    class Model(pydantic.BaseModel):
        when: datetime
        price: Decimal

    @attrs.define
    class Thing:
        name: str
        models: list

    Model.__qualname__, Thing.__qualname__ = "Model", "Thing"
    value = Thing("a", [Model(when=datetime(2026, 1, 1, tzinfo=UTC), price=Decimal("1.10"))])
    assert travelled(value) == value


def test_without_pickle() -> None:
    """What nobody can write as data is refused, with its type."""
    with pytest.raises(serde.CannotSerialize, match="generator"):
        serde.encode(x for x in ())
