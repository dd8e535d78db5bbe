"""Conditions over assets, held against brute force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, combinations
from random import Random
from typing import Any

import pytest

from tradewind.engine import assets
from tradewind.engine.assets import Updated

NAMES = "abcd"
ALIASES = {"x": "ab", "y": "c", "z": ""}
Truth = Callable[[frozenset[str]], bool]


def uri(name: str) -> str:
    return f"s3://{name}"


def updated(names: frozenset[str]) -> list[Updated]:
    return [
        Updated(
            name=name,
            uri=uri(name),
            aliases=tuple(alias for alias, those in ALIASES.items() if name in those),
        )
        for name in sorted(names)
    ]


def leaf(random: Random) -> tuple[dict[str, Any], Truth]:
    """A leaf, and the truth of it as a function of the updated names."""
    name = random.choice(NAMES)
    match random.randrange(4):
        case 0:
            return {"asset": {"name": name, "uri": uri(name), "group": "asset"}}, lambda names: name in names
        case 1:
            return {"asset_ref": {"name": name}}, lambda names: name in names
        case 2:
            return {"asset_ref": {"uri": uri(name)}}, lambda names: name in names
    alias = random.choice(sorted(ALIASES))
    return {"alias": {"name": alias, "group": "asset"}}, lambda names: bool(names & set(ALIASES[alias]))


def condition(random: Random, depth: int) -> tuple[dict[str, Any], Truth]:
    if depth == 0 or random.random() < 0.3:
        return leaf(random)
    parts = [condition(random, depth - 1) for _ in range(random.randint(1, 3))]
    word, join = random.choice((("all", all), ("any", any)))
    return {word: [part for part, _ in parts]}, lambda names: join(truth(names) for _, truth in parts)


@pytest.mark.parametrize("seed", range(200))
def test_a_condition_holds_exactly_where_its_truth_table_says(seed: int) -> None:
    expression, truth = condition(Random(seed), 4)
    for names in map(frozenset, chain.from_iterable(combinations(NAMES, n) for n in range(len(NAMES) + 1))):
        assert assets.holds(expression, updated(names)) == truth(names), (expression, names)


def test_an_asset_is_its_name_and_its_uri() -> None:
    moved = Updated(name="a", uri="s3://elsewhere")
    assert not assets.holds({"asset": {"name": "a", "uri": "s3://a"}}, [moved])
    assert assets.holds({"asset_ref": {"name": "a"}}, [moved])


@pytest.mark.parametrize("word", ["all", "any"])
def test_a_condition_about_nothing_never_holds(word: str) -> None:
    assert not assets.holds({word: []}, updated(frozenset("abcd")))


def test_leaves_come_in_the_order_in_which_they_were_written() -> None:
    one, two, three = ({"asset_ref": {"name": name}} for name in "abc")
    assert list(assets.leaves({"any": [one, {"all": [two, three, one]}]})) == [one, two, three, one]
