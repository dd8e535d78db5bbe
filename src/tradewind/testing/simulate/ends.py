"""How a history ended, and where that may rightly differ from the same world without faults."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby

from tradewind.testing.simulate.structure import Path, Structure

RunKey = tuple[str, str]
End = tuple[str, str, str, Path]
"""(DAG, run, task, path); under an empty task id stands the run."""
Ends = dict[End, str | None]
Differing = dict[End, tuple[str | None, str | None]]
_FAILURES = {"failed", "upstream_failed"}


def gathered(found: Ends, never_ran: Collection[End]) -> Ends:
    """Instances of a task that never ran, and all for the same reason, count as one.

    A mapped group is expanded when its input is known, and what failed or was skipped before that stays
    unexpanded: how many instances there are of what did not run depends on which came first.
    """
    left, idle = dict(found), set(never_ran)
    for depth in range(max((len(path) for *_, path in found), default=0), 0, -1):
        deep = sorted(key for key in left if len(key[3]) == depth)
        for (dag_id, run_id, task_id, path), group in groupby(deep, lambda key: (*key[:3], key[3][:-1])):
            siblings = list(group)
            if len({left[each] for each in siblings}) == 1 and idle.issuperset(siblings):
                together = (dag_id, run_id, task_id, path)
                idle.add(together)
                ended = {left.pop(each) for each in siblings}
                left[together] = ended.pop()
    return left


def differing(mine: Ends, quiet: Ends, structures: Mapping[str, Structure]) -> Differing:
    """What ended in two ways, (here, there), and should not have."""
    found = {key: (mine.get(key), quiet.get(key)) for key in mine | quiet if mine.get(key) != quiet.get(key)}
    for key in _raced(found, mine, quiet, structures):
        del found[key]
    return found


def _raced(found: Differing, mine: Ends, quiet: Ends, structures: Mapping[str, Structure]) -> set[End]:
    """What may differ because a task has both a failed and a skipped task above it, here and there.

    The first of the two decides, as in Airflow; so may what is below that task, and its run, differ.
    """
    raced = set[End]()
    for key in sorted(found):  # the order of task ids is that of the edges
        if not key[2]:
            continue
        above = _above(key, structures[key[0]], mine | quiet)
        states = [{ends.get(each) for each in above} for ends in (mine, quiet)]
        first_decides = set(found[key]) <= {"skipped", "upstream_failed", None} and all(
            "skipped" in each and each & _FAILURES for each in states
        )
        if first_decides or raced.intersection(above):
            raced.add(key)
    runs = {(dag_id, run_id, "", ()) for dag_id, run_id, _, _ in raced}
    return raced | (runs & found.keys())


def _above(key: End, structure: Structure, known: Ends) -> list[End]:
    """The instances that one looks at."""
    dag_id, run_id, task_id, path = key
    upstream = structure.tasks[task_id].upstream
    return [
        each
        for each in known
        if each[:2] == (dag_id, run_id)
        and each[2] in upstream
        and structure.depends(task_id, path, each[2], each[3])
    ]
