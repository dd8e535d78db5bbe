"""Random DAGs as plain data: what steps there are, what each does, and what it waits for.

Same seed, same DAG. Where a rule that fires early (``always``, ``one_failed``) would stand directly below a
step that skips others, a late rule is chosen: there even Airflow's outcome depends on who is quicker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

LATE = (
    "all_success",
    "all_failed",
    "all_done",
    "all_skipped",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
)
EARLY = ("one_success", "one_failed", "one_done", "always")
ONLY_3 = ("all_done_min_one_success",)
DOES = ("ok",) * 9 + ("fail",) * 3 + ("skip",) * 2 + ("flaky", "fail_now", "push", "pull", "exit", "nothing")
KINDS = (
    ("plain",) * 10 + ("empty",) * 2 + ("branch",) * 3 + ("short",) * 2 + ("mapped",) * 3 + ("fan",) * 4
    + ("group",) * 3 + ("mapped_group",) * 2 + ("scope",) * 3
)  # fmt: skip
FRAGILE = {2: frozenset({"mapped", "fan", "mapped_group"}), 3: frozenset({"mapped_group"})}
"""Kinds that are not put below a branch: Airflow forgets to skip what of them is expanded already."""
NESTED = {"group": 2, "scope": 2}
"""Kinds that hold other steps, and how deep they may lie."""


@dataclass
class Step:
    """One task, or a group of them."""

    name: str
    kind: str
    prefix: str = ""
    """The groups that it stands in."""
    does: str = "ok"
    value: int = 0
    rule: str = "all_success"
    retries: int = 0
    after: list[str] = field(default_factory=list)
    pulls: list[str] = field(default_factory=list)
    """Ids of tasks directly above, whose XComs it may read."""
    inside: list[Step] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id that a branch names: of its task, or of its group."""
        return f"{self.prefix}{self.name}" + {"fan": "_each", "scope": "_setup"}.get(self.kind, "")


@dataclass
class Shape:
    """A DAG."""

    seed: int
    major: int
    steps: list[Step]

    @property
    def dag_id(self) -> str:
        """Names the seed."""
        return f"seed_{self.seed}"


def draw(seed: int, major: int) -> Shape:
    """The DAG of a seed, for Airflow 2 or 3, which differ in the rules that they know."""
    maker = _Maker(Random(seed), LATE + (ONLY_3 if major >= 3 else ()), FRAGILE[major])
    return Shape(seed, major, maker.level(maker.random.randint(3, 9), "", 0, frozenset()))


class _Maker:
    def __init__(self, random: Random, late: tuple[str, ...], fragile: frozenset[str]) -> None:
        self.random, self.late, self.fragile, self.count = random, late, fragile, 0

    def level(self, count: int, prefix: str, depth: int, above: frozenset[str]) -> list[Step]:
        """Steps side by side; ``above`` are the kinds of skipping steps that the level hangs below."""
        steps: list[Step] = []
        danger: dict[str, frozenset[str]] = {}
        for _ in range(count):
            step = self.step(prefix, depth)
            after = self.random.sample(steps, min(len(steps), self.random.choice((0, 1, 1, 1, 2, 2, 3))))
            step.after = [one.name for one in after]
            step.pulls = [one.id for one in after if one.kind in {"plain", "empty", "mapped", "short"}]
            risky = above | frozenset().union(*(danger[one.name] for one in after))
            if risky and step.kind in self.fragile:
                step.kind = "plain"
            step.rule = self.rule(step, risky)
            if step.does == "pull" and not step.pulls:
                step.does = "push"
            self.fill(step, depth, risky)
            danger[step.name] = self._passed_on(step, risky)
            steps.append(step)
        for step in steps:
            self.decide(step, [one for one in steps if step.name in one.after])
        return steps

    def _passed_on(self, step: Step, risky: frozenset[str]) -> frozenset[str]:
        """A branch and a gentle short circuit skip what is directly below, a plain one everything; what hangs
        below a group hangs below what is inside.
        """
        own = {"branch": {"near"}, "short": {"near", "far"}}.get(step.kind, set())
        inside = frozenset().union(*(self._passed_on(one, frozenset()) for one in step.inside))
        return frozenset((risky & {"far"}) | own | inside)

    def step(self, prefix: str, depth: int) -> Step:
        self.count += 1
        kind = self.random.choice([one for one in KINDS if depth < NESTED.get(one, 99)])
        step = Step(f"s{self.count}", kind, prefix, value=self.count)
        step.does = self.random.choice(DOES)
        step.retries = self.random.choice((0, 0, 0, 1, 2))
        if step.does == "flaky":
            step.retries = self.random.randint(1, 2)
        return step

    def rule(self, step: Step, risky: frozenset[str]) -> str:
        if self.random.random() < 0.55 or not step.after:
            return "all_success"
        early = () if risky or step.kind in {"fan", "mapped_group", "scope", "mapped"} else EARLY
        return self.random.choice(self.late + early)

    def fill(self, step: Step, depth: int, risky: frozenset[str]) -> None:
        """What is inside, and the particulars of its kind."""
        random = self.random
        if step.kind == "group":
            below = f"{step.prefix}{step.name}."
            step.inside = self.level(random.randint(1, 3), below, depth + 1, risky)
        elif step.kind == "scope":
            step.inside = self.level(random.randint(1, 2), step.prefix, 9, risky)
            step.more = {
                "setup_does": random.choice(("ok", "ok", "ok", "fail", "skip")),
                "teardown_does": random.choice(("ok", "ok", "fail")),
                "strict": random.random() < 0.5,
                "follow": random.choice(("work", "teardown")),
            }
        elif step.kind in {"fan", "mapped", "mapped_group"}:
            step.more = {
                "items": [random.randint(0, 9) for _ in range(random.randint(0, 4))],
                "others": [random.randint(0, 9) for _ in range(random.randint(1, 2))],
                "fail_on": random.sample(range(10), random.choice((0, 0, 0, 1, 3))),
                "skip_on": random.sample(range(10), random.choice((0, 0, 1, 2))),
                "form": random.choice(("one", "one", "literal", "cross", "kwargs", "map", "zip", "concat")),
                "total_rule": random.choice(
                    ("all_success", "all_done", "none_failed", "none_failed_min_one_success")
                ),
                "second_rule": random.choice(("all_success", "all_done", "none_failed")),
            }

    def decide(self, step: Step, below: list[Step]) -> None:
        """What a branch or a short circuit answers, now that it is known what is below."""
        if step.kind == "branch":
            chosen = self.random.sample(below, self.random.randint(0, len(below)))
            step.more["ids"] = [one.id for one in chosen]
        elif step.kind == "short":
            step.more = {"truth": self.random.random() < 0.5, "gentle": self.random.random() < 0.4}
