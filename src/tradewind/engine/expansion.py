"""Mapped tasks: how many instances there are to be, and making it so.

A task is expanded level by level: with its mapped groups from the outermost in, then by its own mapping. An
instance whose path is shorter than its task is deep stands for all that it will be expanded into, and
becomes the first of them. Inside a group each index is expanded by itself, as soon as its input is there.

At the first level the map index is the index in the input. Further down it is the next free number, so that
what is there keeps its number whatever happens to other indexes; the path tells where an instance belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tradewind.domain.spec import MappingSpec
from tradewind.domain.states import FAILED_STATES, FINISHED, TaskInstanceState
from tradewind.engine import lengths, tries
from tradewind.engine.board import Board
from tradewind.engine.decisions import Expand, Reset
from tradewind.engine.graph import common
from tradewind.engine.instances import Instance

T = TaskInstanceState
Path = tuple[int, ...]
RETURN_KEY = "return_value"


def length_key(task_id: str, key: str) -> str:
    """The name under which ``RunFacts.lengths`` keeps the length of an XCom."""
    return task_id if key == RETURN_KEY else f"{task_id}/{key}"


def learn(board: Board, instance: Instance, found: dict[str, int], *, silent: bool) -> None:
    """Take in the lengths of the XComs of a task instance that has just succeeded."""
    task_id, index = instance.task_id, instance.map_index
    board.known.clear()
    board.lengths.setdefault(task_id, {}).pop(index, None)  # what an earlier try pushed is gone
    for key, size in found.items():
        board.lengths.setdefault(length_key(task_id, key), {})[index] = size
    if silent and instance.task in board.graph.counted:
        board.silent.setdefault(task_id, set()).add(index)
    elif task_id in board.silent:
        board.silent[task_id].discard(index)


# --- how many ------------------------------------------------------------------------------------------


def count(board: Board, task: int, beginning: Path) -> int | None:
    """Into how many instances the task is expanded below that path, by what is known now.

    None while an input has not ended, or where it has no length.
    """
    level = len(beginning)
    chain = board.graph.chains[task][:level]
    mapping = board.graph.mappings[task][level]
    return lengths.length_of(mapping, lambda task_id, key: _known(board, chain, beginning, task_id, key))


def missing_input(board: Board, task: int, beginning: Path) -> TaskInstanceState | None:
    """How a task ends whose inputs have no length to map over; None while one of them has not ended."""
    states = {instance.state for instance in _inputs(board, task, beginning)}
    if not states <= FINISHED:
        return None
    if states & FAILED_STATES or T.SKIPPED not in states:
        return T.UPSTREAM_FAILED
    return T.SKIPPED


def _inputs(board: Board, task: int, beginning: Path) -> Iterable[Instance]:
    """The task instances that are mapped over below that path."""
    graph, level = board.graph, len(beginning)
    mapping: MappingSpec = graph.mappings[task][level]
    for name in sorted(lengths.sources(mapping) & graph.index.keys()):
        source = graph.index[name]
        shared = common(graph.chains[task][:level], graph.chains[source])
        yield from board.gates.under(source, beginning[:shared])


def _known(board: Board, chain: Sequence[int], beginning: Path, task_id: str, key: str) -> int | None:
    """The length of an XCom: of its value, or, of a mapped task, the number of values."""
    source = board.graph.index.get(task_id)
    if source is None:
        return None
    beginning = beginning[: common(chain, board.graph.chains[source])]
    question = (task_id, key, beginning)
    if question not in board.known:
        board.known[question] = _measure(board, board.gates.under(source, beginning), beginning, key)
    return board.known[question]


def _measure(board: Board, found: Sequence[Instance], beginning: Path, key: str) -> int | None:
    if any(instance.state not in FINISHED for instance in found):
        return None
    ended = [instance for instance in found if instance.state is T.SUCCESS]
    if any(len(instance.path) > len(beginning) for instance in found):
        silent = board.silent.get(found[0].task_id, ())
        return sum(instance.map_index not in silent for instance in ended)
    known = board.lengths.get(length_key(ended[0].task_id, key), {}) if ended else {}
    return known.get(ended[0].map_index) if ended else None


# --- making it so --------------------------------------------------------------------------------------


def expand_group(board: Board, number: int, beginning: Path, now: datetime) -> None:
    """Expand the tasks of a mapped group together, wherever what it is mapped over is known."""
    group = board.graph.groups[number]
    level = len(group.chain)
    waiting: dict[Path, dict[int, None]] = {}
    for task in group.tasks:
        for instance in board.gates.under(task, beginning):
            if instance.state is None and len(instance.path) >= level:
                waiting.setdefault(instance.path[:level], {})[task] = None
    for path, tasks in waiting.items():
        found = count(board, group.tasks[0], path)
        for task in tasks:
            _settle_group(board, task, path, found, now)


def _settle_group(board: Board, task: int, path: Path, found: int | None, now: datetime) -> None:
    """Bring one task of a group to the length.

    One that is not expanded is looked at by its gate where there is no length, or nothing to map over.
    """
    mine = board.gates.under(task, path)
    if found is not None:
        _shrink(board, mine, len(path), found, now)
    if found:
        _grow(board, task, path, mine, found, now)
        inner = board.graph.chains[task][len(path) + 1 :]
        board.fed.update((number, path) for number in inner[:1])
    for instance in mine:
        if instance.state is None and instance.gate is not None:
            board.gates.touch(instance.gate)


def settle(board: Board, task: int, beginning: Path, now: datetime) -> bool:
    """Give a mapped task whose gate has opened as many instances as its inputs ask for.

    False while that cannot be known.
    """
    found = count(board, task, beginning)
    if found is None:
        return False
    mine = board.gates.under(task, beginning)
    template = _template(mine, len(beginning))
    if found == 0 and template is not None and template.state is None:
        tries.drop(board, template, T.SKIPPED, now, "mapped over nothing: the length is 0")
        return True
    _shrink(board, mine, len(beginning), found, now)
    _grow(board, task, beginning, mine, found, now)
    return True


def _template(mine: Sequence[Instance], level: int) -> Instance | None:
    """The instance that has yet to be expanded at that level."""
    return next((instance for instance in mine if len(instance.path) <= level), None)


def _shrink(board: Board, mine: Sequence[Instance], level: int, found: int, now: datetime) -> None:
    for instance in list(mine):
        beyond = len(instance.path) > level and instance.path[level] >= found
        if beyond and instance.state is not T.REMOVED:
            told = f"index {instance.path[level]} is beyond length {found}"
            tries.drop(board, instance, T.REMOVED, now, told)


def _grow(board: Board, task: int, path: Path, mine: Sequence[Instance], found: int, now: datetime) -> None:
    level, depth = len(path), len(board.graph.mappings[task])
    mine = [instance for instance in mine if len(instance.path) <= depth]  # others are of an older version
    for instance in mine:
        if instance.state is T.REMOVED and len(instance.path) > level and instance.path[level] < found:
            restore(board, instance)
    there = {instance.path[level] for instance in mine if len(instance.path) > level}
    template = _template(mine, level)
    usable = template if template is not None and template.state is None and found else None
    if usable is not None and 0 in there:
        # Its task was mapped before, and then it was not: what was expanded then is back. As in Airflow.
        tries.drop(board, usable, T.REMOVED, now, "the instances of its task are there already")
        usable = None
    taken: set[int] = set() if level else {instance.map_index for instance in board.by_task[task]}
    new = []
    if usable is not None:
        usable.map_index = usable.map_index if level else _number(board, task, 0, taken)
        board.gates.relocate(usable, (*path, 0))
        new.append(usable)
        there.add(0)
    for index in range(found):
        if index not in there:
            number = board.next_index(task) if level else _number(board, task, index, taken)
            new.append(board.add(task, number, board.new_attempt(now), (*path, index)))
    if new:
        apart = level > 0 or any(instance.path != (instance.map_index,) for instance in new)
        board.out.expansions.append(_told(board, task, usable, new, nested=apart))


def _number(board: Board, task: int, index: int, taken: set[int]) -> int:
    """The index itself, where no instance farther down, or of before an edit, has that number already."""
    number = board.next_index(task) if index in taken else index
    taken.add(number)
    return number


def _told(board: Board, task: int, template: Instance | None, new: list[Instance], *, nested: bool) -> Expand:
    return Expand(
        task_id=board.graph.ids[task],
        template=None if template is None else template.attempt_id,
        map_indexes=tuple(instance.map_index for instance in new),
        attempt_ids=tuple(instance.attempt_id for instance in new),
        paths=tuple(instance.path for instance in new) if nested else (),
    )


def restore(board: Board, instance: Instance) -> None:
    """removed → no state: its task, or its map index, is back."""
    retries = board.graph.tasks[instance.task].retries
    instance.max_tries = instance.try_number + retries
    board.move(instance, None)
    board.out.resets.append(Reset(attempt_id=instance.attempt_id, max_tries=instance.max_tries))
