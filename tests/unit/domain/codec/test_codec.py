"""Canonical bytes: one DAG, one form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.authoring.operators.trigger_dagrun import TriggerDagRunLink
from tradewind.authoring.sensors.external_task import ExternalDagLink
from tradewind.domain import codec
from tradewind.domain.codec import envelope
from tradewind.domain.errors import InvalidValue, SpecVersionError
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, ParamSpec, TaskSpec
from tradewind.domain.spec import timetable as kinds
from tradewind.domain.spec.mapping import MapInput

NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | FLOATS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=4)
TIMES = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
PARAMS = st.dictionaries(
    NAMES, st.builds(ParamSpec, value=JSON, schema=OBJECTS, required=st.booleans()), max_size=3
)
TIMETABLES = st.one_of(
    st.just(kinds.NullTimetable()),
    st.builds(kinds.CronDataIntervalTimetable, expression=st.just("0 0 * * *")),
    st.builds(
        kinds.CronTriggerTimetable,
        expressions=st.just(("0 0 * * *",)),
        interval=st.integers(0, 99) | st.floats(0, 9),
        run_immediately=st.none() | st.booleans() | st.floats(1, 99),
    ),
    st.builds(
        kinds.DeltaTriggerTimetable,
        delta=st.builds(kinds.Delta, seconds=st.integers(1, 99), months=st.integers(0, 3)),
    ),
    st.builds(kinds.EventsTimetable, event_dates=st.lists(TIMES, max_size=3).map(tuple)),
    st.builds(kinds.AssetOrTimeTimetable, timetable=st.just(kinds.OnceTimetable()), condition=OBJECTS),
    st.builds(kinds.PluginTimetable, name=NAMES, data=OBJECTS),
)
TASKS = st.builds(
    TaskSpec,
    task_id=NAMES,
    upstream=st.lists(NAMES, max_size=3).map(tuple),
    retry_delay=st.integers(0, 1000) | st.floats(0, 1000),
    execution_timeout=st.none() | st.integers(1, 99) | st.floats(1, 99),
    start_date=st.none() | TIMES,
    template_fields=OBJECTS,
    params=PARAMS,
    mapping=st.none()
    | st.builds(
        MappingSpec,
        names=st.just(("x",)),
        inputs=st.just((MapInput(length=3, parts=(MapInput(task_id="t"),)),)),
    ),
)
SPECS = st.builds(
    DagSpec,
    dag_id=NAMES,
    description=st.none() | st.text(max_size=30),
    timetable=TIMETABLES,
    start_date=st.none() | TIMES,
    catchup=st.booleans(),
    dagrun_timeout=st.none() | st.integers(1, 10**6),
    tasks=st.lists(TASKS, max_size=3).map(tuple),
    groups=st.lists(st.builds(GroupSpec, group_id=NAMES), max_size=2).map(tuple),
    params=PARAMS,
    edge_labels=st.dictionaries(NAMES, NAMES, max_size=3),
    access_control=OBJECTS,
)


def shuffled(value: Any) -> Any:
    """The same JSON value with every object's keys the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(SPECS)
def test_a_round_trip_gives_the_same_bytes(spec: DagSpec) -> None:
    encoded = codec.encode(spec)
    decoded = codec.decode(encoded)
    assert codec.encode(decoded) == encoded
    assert decoded.dag_id == spec.dag_id
    assert decoded.start_date == spec.start_date


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_the_order_of_keys_does_not_matter(spec: DagSpec) -> None:
    encoded = codec.encode(spec)
    other = codec.decode(json.dumps(shuffled(json.loads(encoded))).encode())
    assert codec.encode(other) == encoded


@settings(max_examples=50, deadline=None)
@given(SPECS)
def test_the_wire_does_not_change_it(spec: DagSpec) -> None:
    over = msgspec.msgpack.decode(msgspec.msgpack.encode(spec), type=DagSpec)
    assert codec.encode(over) == codec.encode(spec)


def test_defaults_and_numbers_have_one_form() -> None:
    bare = DagSpec(dag_id="d", tasks=(TaskSpec(task_id="t"),))
    said = DagSpec(
        dag_id="d",
        catchup=False,
        tasks=(TaskSpec(task_id="t", retry_delay=300, owner="".join(["air", "flow"])),),
    )
    assert codec.encode(bare) == codec.encode(said)
    whole = DagSpec(dag_id="d", dagrun_timeout=60)
    assert codec.encode(whole) == codec.encode(DagSpec(dag_id="d", dagrun_timeout=60.0))
    assert (
        codec.encode(DagSpec(dag_id="d", description="ü"))
        == '{"dag":{"dag_id":"d","description":"ü"},"version":2}'.encode()
    )


def test_times_have_one_form() -> None:
    moment = datetime(2024, 6, 5, 12, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=-7)))
    encoded = codec.encode(DagSpec(dag_id="d", start_date=elsewhere))
    assert encoded == codec.encode(DagSpec(dag_id="d", start_date=moment))
    assert b'"2024-06-05T12:00:00Z"' in encoded
    with pytest.raises(InvalidValue, match="time zone"):
        codec.encode(DagSpec(dag_id="d", start_date=moment.replace(tzinfo=None)))


def test_memory_addresses_are_masked() -> None:
    def spec(address: str) -> DagSpec:
        text = f"<function f at {address}>"
        task = TaskSpec(
            task_id="t", template_fields={"op_args": [text], text: 1}, params={"p": ParamSpec(value=text)}
        )
        return DagSpec(dag_id="d", tasks=(task,))

    assert codec.encode(spec("0x7f0011223344")) == codec.encode(spec("0x7fffeeddccbb"))
    assert b"0x7f" not in codec.encode(spec("0x7f0011223344"))


def test_odd_values_are_tamed_or_refused() -> None:
    values = {"big": 2**80, "nan": float("nan"), "minus": -0.0, "half": "\ud800", "set": {3, 1, 2}, 5: "key"}
    encoded = codec.encode(DagSpec(dag_id="d", params={"p": ParamSpec(value=values)}))
    assert codec.encode(codec.decode(encoded)) == encoded
    with pytest.raises(InvalidValue, match="be JSON"):
        codec.encode(DagSpec(dag_id="d", params={"p": ParamSpec(value=object)}))


def test_digest_is_short_and_follows_the_bytes() -> None:
    one, two = (codec.encode(DagSpec(dag_id=name)) for name in ("a", "b"))
    assert len(codec.digest(one)) == 64
    assert codec.digest(one) != codec.digest(two)


def test_a_newer_version_is_refused() -> None:
    with pytest.raises(SpecVersionError, match="format version 99"):
        codec.decode(b'{"dag":{"dag_id":"d"},"version":99}')


@given(SPECS)
def test_version_1_is_read_as_before(spec: DagSpec) -> None:
    """But for the links it is the same."""
    encoded = codec.encode(spec)
    old = encoded.removesuffix(b'"version":2}') + b'"version":1}'
    assert codec.encode(codec.decode(old)) == encoded


@pytest.mark.parametrize(
    ("stored", "links"),
    [
        ('["External DAG","Mine"]', {"External DAG": ExternalDagLink().xcom_key}),
        ('["Triggered DAG"]', {"Triggered DAG": TriggerDagRunLink().xcom_key}),
        ('["Mine"]', {}),
        ('{"Mine":"key"}', {"Mine": "key"}),
    ],
)
def test_links_of_version_1_get_their_keys(stored: str, links: dict[str, str]) -> None:
    """Its last specs were written with keys already."""
    tasks = f'[{{"extra_links":{stored},"task_id":"t"}},{{"task_id":"u"}}]'
    old = f'{{"dag":{{"dag_id":"d","tasks":{tasks}}},"version":1}}'.encode()
    spec = codec.decode(old)
    assert spec.tasks == (TaskSpec(task_id="t", extra_links=links), TaskSpec(task_id="u"))
    assert codec.decode(codec.encode(spec)) == spec


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"version":1}',
        b'{"dag":{"dag_id":5},"version":1}',
        b'{"dag":{"dag_id":"d","tasks":5},"version":1}',
        b'{"dag":{"dag_id":5},"version":2}',
        b"\xff",
    ],
)
def test_what_is_no_spec_is_refused(data: bytes) -> None:
    with pytest.raises(SpecVersionError, match="cannot be read"):
        codec.decode(data)


def test_older_versions_are_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "VERSION", 3)
    monkeypatch.setitem(envelope.UPGRADES, 1, lambda dag: {**dag, "name": dag.pop("dag")})
    monkeypatch.setitem(envelope.UPGRADES, 2, lambda dag: {"dag_id": dag["name"]})
    assert codec.decode(b'{"dag":{"dag":"old"},"version":1}') == DagSpec(dag_id="old")


def _clocked(now: datetime, **more: Any) -> bytes:
    task = TaskSpec(
        task_id="t", template_fields={"cmd": f"echo {now:%Y-%m-%d %H:%M:%S}", "epoch": now.timestamp()}
    )
    return codec.encode(DagSpec(dag_id="d", start_date=now - timedelta(days=1), tasks=(task,), **more))


def test_a_file_that_looks_at_the_clock_is_the_same_version() -> None:
    now = datetime(2024, 6, 5, 12, 0, 0, 123456, tzinfo=UTC)
    later = now + timedelta(seconds=300)
    old, new = _clocked(now), _clocked(later)
    assert old != new
    assert codec.same_but_for_the_clock(old, new, passed=300.5)
    assert not codec.same_but_for_the_clock(old, new, passed=30.0)
    assert not codec.same_but_for_the_clock(old, _clocked(later, catchup=True), passed=300.0)
    moved = codec.encode(DagSpec(dag_id="d", start_date=later))
    assert not codec.same_but_for_the_clock(old, moved, passed=300.0)
