"""§1.16 Values on their way between tasks."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import sys
import uuid
from collections import namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pendulum
import pytest

from tradewind.authoring import serde


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    when: datetime
    tags: set[str] = dataclasses.field(default_factory=set)


class Box(msgspec.Struct):
    size: int


class Own:
    __version__ = 3

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Own) and self.value == other.value

    __hash__ = None

    def serialize(self):
        return {"v": self.value}

    @staticmethod
    def deserialize(data, version):
        assert version == 3
        return Own(data["v"])


Pair = namedtuple("Pair", "a b")

VALUES = [
    None,
    True,
    0,
    1.5,
    "ü",
    [1, [2]],
    {"a": {"b": None}},
    (1, (2, 3)),
    {1, 2},
    frozenset({"x"}),
    b"\x00\xff",
    1 + 2j,
    datetime(2024, 1, 1),
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 7, 1, 5, tzinfo=ZoneInfo("Europe/Zurich")),
    datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    date(2024, 1, 1),
    time(5, 6),
    timedelta(days=1, seconds=2),
    Decimal("1.10"),
    uuid.UUID(int=5),
    Path("/x/y"),
    Colour.RED,
    Point(1, datetime(2024, 1, 1, tzinfo=UTC), {"a"}),
    Box(3),
    Own([1]),
    {1: "a", (2, 3): "b"},
    ZoneInfo("Asia/Tokyo"),
]


@pytest.mark.parametrize("value", VALUES, ids=[f"{i}-{type(v).__name__}" for i, v in enumerate(VALUES)])
def test_values_come_back_as_they_were(value):
    found = serde.decode(serde.encode(value))
    assert found == value
    assert type(found) is type(value)


class Level(enum.IntEnum):
    HIGH = 3


class Word(str, enum.Enum):  # noqa: UP042 - as many DAG files have it
    RED = "red"


def test_enums_that_are_text_or_numbers_travel_as_those():
    """As in Airflow: a template shows the text, and the reader needs no class."""
    found = serde.decode(serde.encode([Word.RED, Level.HIGH]))
    assert [(type(one), one) for one in found] == [(str, "red"), (int, 3)]


def test_numbers_that_json_does_not_know():
    text = serde.encode([float("inf"), float("nan")])
    assert "NaN" not in text
    first, second = serde.decode(text)
    assert first == float("inf")
    assert math.isnan(second)


def test_pendulum_stays_pendulum():
    value = pendulum.datetime(2024, 1, 1, tz="Europe/Paris")
    found = serde.decode(serde.encode(value))
    assert isinstance(found, pendulum.DateTime)
    assert (found, found.timezone_name) == (value, "Europe/Paris")


@pytest.mark.parametrize("name", ["Europe/Paris", "UTC", 3600, -19800])
def test_zones_of_pendulum_stay_zones_of_pendulum(name):
    """§1.16 timezone, also of plain datetimes."""
    zone = pendulum.timezone(name)
    found = serde.decode(serde.encode([zone, datetime(2024, 10, 27, 3, tzinfo=zone)]))
    assert [type(found[0]), type(found[1].tzinfo)] == [type(zone), type(zone)]
    assert (found[0].name, type(found[1])) == (zone.name, datetime)
    assert found[1] == datetime(2024, 10, 27, 3, tzinfo=zone)
    assert serde.describe(serde.encode(found[1])) == found[1].isoformat()


def test_zones_of_the_standard_library_stay_these():
    value = datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))
    assert type(serde.decode(serde.encode(value)).tzinfo) is ZoneInfo


def test_a_zone_of_pendulum_without_pendulum(monkeypatch):
    text = serde.encode(datetime(2024, 1, 1, tzinfo=pendulum.timezone("Europe/Paris")))
    monkeypatch.setitem(sys.modules, "pendulum", None)
    found = serde.decode(text)
    assert (type(found.tzinfo), found.tzinfo.key) == (ZoneInfo, "Europe/Paris")


def test_a_date_of_pendulum_stays_one():
    assert type(serde.decode(serde.encode(pendulum.date(2024, 1, 1)))) is pendulum.Date


def test_plain_json_stays_plain():
    assert serde.encode({"a": [1, "ü", None]}) == '{"a":[1,"ü",null]}'


def test_subclasses_of_json_types_travel_as_those():
    class Words(list):
        pass

    class Name(str):
        pass

    assert serde.encode(Words([Name("a")])) == '["a"]'
    assert serde.decode(serde.encode(Pair(1, 2))) == (1, 2)


@pytest.mark.parametrize(
    ("value", "words"), [(object(), "builtins.object"), ({"a": [print]}, "(at ['a'][0])")]
)
def test_what_cannot_travel_is_named(value, words):
    with pytest.raises(serde.CannotSerialize) as caught:
        serde.encode(value)
    assert words in str(caught.value)
    assert "do_xcom_push=False" in str(caught.value)


def test_a_value_that_holds_itself():
    value: list = []
    value.append(value)
    with pytest.raises(serde.CannotSerialize, match="inside itself"):
        serde.encode(value)


@pytest.mark.parametrize("name", ["os.system", "no.such.Class", "subprocess.Popen", "builtins.eval"])
def test_reading_builds_no_arbitrary_class(name):
    text = json.dumps({"__classname__": name, "__version__": 1, "__data__": {}})
    with pytest.raises(serde.CannotDeserialize):
        serde.decode(text)


def test_reading_imports_nothing(monkeypatch):
    monkeypatch.setattr("tradewind.authoring.serde._allowed_module", lambda name, module: None)
    text = '{"__classname__":"antigravity.X","__version__":1,"__data__":{}}'
    with pytest.raises(serde.CannotDeserialize, match=r"antigravity\.X"):
        serde.decode(text)
    import sys

    assert "antigravity" not in sys.modules


def test_reserved_key():
    with pytest.raises(Exception, match="reserved"):
        serde.encode({"__classname__": "x"})


def test_for_people():
    value = {"d": datetime(2024, 1, 1), "t": (1, {2}), 3: Decimal("1.5")}
    assert serde.describe(serde.encode(value)) == {"d": "2024-01-01T00:00:00", "t": [1, [2]], "3": "1.5"}


@pytest.mark.parametrize(("value", "size"), [([1, 2], 2), ({"a": 1}, 1), ("text", None), (5, None)])
def test_lengths(value, size):
    assert serde.length(value) == size
