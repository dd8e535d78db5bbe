"""Dynamic task mapping: what a task is expanded over."""

from __future__ import annotations

from typing import Final

import msgspec

MAX_MAP_LENGTH: Final = 10_000
"""How long a list may be that a task is mapped over, where nothing else is configured.

Airflow has 1,024. Ten thousand are expanded in about a second (`bench/mapping.py`), within which the
scheduler does nothing else; what is longer is more often a mistake than wanted.
"""


class MapInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is mapped over.

    Either a literal of known ``length`` (its values stay with the user's code), or the XCom ``key`` of task
    ``task_id``, whose length is known when that task has ended. ``combine`` other than "plain" (zip, concat)
    computes the length from ``parts``; ``fill`` tells a zip to go to the longest part.
    """

    combine: str = "plain"
    length: int | None = None
    task_id: str | None = None
    key: str = "return_value"
    parts: tuple[MapInput, ...] = ()
    fill: bool = False


class MappingSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a task or a group is expanded.

    ``kind`` "product": the number of instances is the product of the lengths of ``inputs`` (``expand``);
    "dicts": there is one input and its length counts (``expand_kwargs``). ``names`` are the arguments that
    the inputs fill, in order; the last varies fastest.
    """

    kind: str = "product"
    names: tuple[str, ...] = ()
    inputs: tuple[MapInput, ...] = ()
    map_index_template: str | None = None
