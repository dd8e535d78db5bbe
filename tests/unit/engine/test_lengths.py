"""§1.5 How many instances a mapped task has."""

from __future__ import annotations

import pytest

from tradewind.domain.spec import MappingSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.engine import lengths

KNOWN = {("three", "return_value"): 3, ("three", "other"): 5}
THREE = MapInput(task_id="three")


def length(*inputs: MapInput, kind: str = "product") -> int | None:
    return lengths.length_of(MappingSpec(kind=kind, inputs=inputs), lambda task, key: KNOWN.get((task, key)))


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ((MapInput(length=2), THREE), 6),
        ((MapInput(length=0), THREE), 0),
        ((MapInput(task_id="three", key="other"),), 5),
        ((MapInput(task_id="unknown"),), None),
        ((MapInput(length=0), MapInput(task_id="unknown")), None),
        ((MapInput(combine="zip", parts=(MapInput(length=2), THREE)),), 2),
        ((MapInput(combine="zip", parts=(MapInput(length=2), THREE), fill=True),), 3),
        ((MapInput(combine="concat", parts=(MapInput(length=2), THREE)),), 5),
        ((MapInput(combine="concat", parts=(MapInput(length=2), MapInput(task_id="unknown"))),), None),
    ],
)
def test_length(inputs: tuple[MapInput, ...], expected: int | None) -> None:
    assert length(*inputs) == expected


def test_dicts_have_the_length_of_their_list() -> None:
    assert length(THREE, kind="dicts") == 3


def test_literals_are_known_before_anything_ran() -> None:
    assert lengths.literal_length(MappingSpec(inputs=(MapInput(length=4),))) == 4
    assert lengths.literal_length(MappingSpec(inputs=(THREE,))) is None
    assert lengths.literal_length(None) is None


def test_sources_are_found_in_parts() -> None:
    nested = MapInput(
        combine="zip", parts=(THREE, MapInput(combine="concat", parts=(MapInput(task_id="x"),)))
    )
    assert lengths.sources(MappingSpec(inputs=(nested,))) == {"three", "x"}
