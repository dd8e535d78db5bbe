"""How many task instances a mapped task has, given the lengths of what it is mapped over."""

from __future__ import annotations

import math
from collections.abc import Callable

from tradewind.domain.spec import MappingSpec
from tradewind.domain.spec.mapping import MapInput

Known = Callable[[str, str], int | None]
"""(task id, XCom key) to the length of that value, None where there is none (yet)."""


def length_of(mapping: MappingSpec, known: Known) -> int | None:
    """The number of task instances; None while a length that it depends on is missing."""
    lengths = [_input_length(each, known) for each in mapping.inputs]
    found = [length for length in lengths if length is not None]
    return math.prod(found) if len(found) == len(lengths) else None


def literal_length(mapping: MappingSpec | None) -> int | None:
    """The number of task instances where it is known before anything has run; None where it is not."""
    return None if mapping is None else length_of(mapping, lambda task_id, key: None)


def sources(mapping: MappingSpec) -> set[str]:
    """Ids of the tasks whose XComs are mapped over."""
    found: set[str] = set()
    inputs: list[MapInput] = list(mapping.inputs)
    while inputs:
        each = inputs.pop()
        if each.task_id is not None:
            found.add(each.task_id)
        inputs.extend(each.parts)
    return found


def _input_length(each: MapInput, known: Known) -> int | None:
    if each.combine in ("zip", "concat"):
        return _combined(each, known)
    if each.length is not None:
        return each.length
    return known(each.task_id, each.key) if each.task_id is not None else None


def _combined(each: MapInput, known: Known) -> int | None:
    lengths = [_input_length(part, known) for part in each.parts]
    found = [length for length in lengths if length is not None]
    if len(found) < len(lengths):
        return None
    if each.combine == "concat":
        return sum(found)
    return (max if each.fill else min)(found, default=0)
