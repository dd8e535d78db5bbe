"""What a task or a group is mapped over: as data for the engine, and picked apart for one instance."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tradewind.authoring import dag_checks, mapped_places, xcom_arg
from tradewind.authoring.notset import NOTSET
from tradewind.domain.errors import AirflowException, DagDefinitionError
from tradewind.domain.spec.mapping import MapInput, MappingSpec

_NOT_MAPPABLE = frozenset({
    "dag", "task_group", "task_id", "trigger_rule", "retries", "retry_delay", "pool", "pool_slots", "queue",
    "owner", "start_date", "end_date", "depends_on_past", "wait_for_downstream", "priority_weight",
    "weight_rule", "executor", "execution_timeout", "max_active_tis_per_dag", "max_active_tis_per_dagrun",
    "run_as_user", "inlets", "outlets",
})  # fmt: skip
"""Arguments that the scheduler needs to know before a task is expanded."""


class ExpandInput:
    """What a task or a group is mapped over: ``kind`` "product" (names to values) or "dicts" (one list of
    dicts). Raises DagDefinitionError for what cannot be mapped over; ``who`` names it for people.
    """

    def __init__(self, kind: str, values: Any, who: str) -> None:
        self.kind, self.values, self._who = kind, values, who
        if kind == "product":
            for name, value in values.items():
                _check_value(who, name, value)
        else:
            _check_dicts(who, values)

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The (task, key) pairs whose values are needed."""
        yield from xcom_arg.references(self.values)

    def spec(self, map_index_template: str | None = None) -> MappingSpec:
        """What the engine needs to know."""
        if self.kind == "product":
            names, inputs = tuple(self.values), tuple(map_input(value) for value in self.values.values())
        else:
            names, inputs = (), (map_input(self.values),)
        return MappingSpec(kind=self.kind, names=names, inputs=inputs, map_index_template=map_index_template)

    def pick(self, context: Mapping[str, Any], index: int) -> dict[str, Any]:
        """The arguments of instance ``index``."""
        if self.kind == "dicts":
            return self._pick_dict(context, index)
        picked: dict[str, Any] = {}
        rest = index
        for name, value in reversed(self.values.items()):  # the last argument varies fastest
            elements = _elements(value, context, rest)
            if not len(elements):
                raise self._beyond(index)
            rest, place = divmod(rest, len(elements))
            picked[name] = xcom_arg.resolve(elements[place], context)
        if rest:
            raise self._beyond(index)
        return {name: picked[name] for name in self.values}

    def _beyond(self, index: int) -> AirflowException:
        return AirflowException(f"{self._who} has no instance {index}: what it is mapped over is shorter.")

    def pick_one(self, context: Mapping[str, Any], index: int, name: str, default: Any = NOTSET) -> Any:
        """One argument of instance ``index``; of the others only the lengths are looked at."""
        if self.kind == "dicts":
            found = self._pick_dict(context, index).get(name, default)
            if found is NOTSET:
                raise AirflowException(f"{self._who}: element {index} has no argument {name!r}.")
            return found
        for other in reversed(self.values):
            elements = _elements(self.values[other], context, index)
            index, place = divmod(index, len(elements))
            if other == name:
                return xcom_arg.resolve(elements[place], context)
        raise KeyError(name)

    def _pick_dict(self, context: Mapping[str, Any], index: int) -> dict[str, Any]:
        elements = _elements(self.values, context, index)
        if index >= len(elements):
            raise self._beyond(index)
        chosen = xcom_arg.resolve(elements[index], context)
        if not isinstance(chosen, Mapping):
            raise AirflowException(
                f"expand_kwargs() needs a list of dicts, but element {index} is {chosen!r} "
                f"({type(chosen).__name__})."
            )
        wrong = next((name for name in chosen if not isinstance(name, str)), None)
        if wrong is not None:
            raise AirflowException(
                f"expand_kwargs() needs dicts with argument names as keys, but element {index} has {wrong!r}."
            )
        return {name: xcom_arg.resolve(value, context) for name, value in chosen.items()}


class MappedArgument:
    """An argument inside a mapped task group: each instance sees its own value."""

    def __init__(self, expand_input: ExpandInput, name: str, group: Any, default: Any = NOTSET) -> None:
        self._input, self.name, self._group, self._default = expand_input, name, group, default

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The tasks whose results the group is mapped over."""
        yield from self._input.iter_references()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        """The value for the running instance."""
        level = len(mapped_places.groups_around(self._group))
        who = f"Task group {self._group.group_id!r}"
        index = mapped_places.index_at(context["ti"], level, who)
        return self._input.pick_one(context, index, self.name, self._default)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(
            f"Argument {self.name!r} of the mapped task group {self._group.group_id!r} has a value only in a "
            "running task, so it cannot be walked through here; hand it to a task, and do it there."
        )

    def __repr__(self) -> str:
        return f"MappedArgument({self.name!r})"


def _elements(value: Any, context: Mapping[str, Any], place: int) -> Sequence[Any]:
    """What is mapped over, as a list; most likely its element at ``place`` is needed."""
    from tradewind.authoring import xcom_sequences  # only in a task process

    if isinstance(value, xcom_arg.XComArg):
        return value.elements(context, place)
    return xcom_sequences.as_list(value.resolve(context) if isinstance(value, MappedArgument) else value)


def map_input(value: Any) -> MapInput:
    """One thing that is mapped over, as the spec has it."""
    return value.map_input() if isinstance(value, xcom_arg.XComArg) else MapInput(length=len(value))


# --- misuse, when the file is read ---------------------------------------------------------------------


def _check_value(who: str, name: str, value: Any) -> None:
    if isinstance(value, xcom_arg.XComArg):
        _check_keys(who, value)
    elif isinstance(value, MappedArgument):
        raise DagDefinitionError(
            f"{who}: {name} is mapped over {value.name!r}, an argument of the mapped group around it, whose "
            "length the scheduler cannot know. Have a task in the group return it, and map over its result."
        )
    elif isinstance(value, (set, frozenset)):
        raise dag_checks.WrongType(
            f"{who}: {name} cannot be mapped over a set, which has no order. Use sorted(...)."
        )
    elif isinstance(value, (str, bytes, bytearray)) or not isinstance(value, (Sequence, Mapping)):
        raise dag_checks.WrongType(
            f"{who}: expand() needs lists, dicts or results of tasks, got {name}={value!r} "
            f"({type(value).__name__}). Give values that are the same for all instances to partial()."
        )


def _check_dicts(who: str, values: Any) -> None:
    if isinstance(values, xcom_arg.XComArg):
        _check_keys(who, values)
        return
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise dag_checks.WrongType(
            f"{who}: expand_kwargs() needs a list of dicts or the result of a task, got {values!r} "
            f"({type(values).__name__})."
        )
    for index, item in enumerate(values):
        if not isinstance(item, (Mapping, xcom_arg.XComArg)):
            raise dag_checks.WrongType(
                f"{who}: expand_kwargs() needs a list of dicts, but element {index} is {item!r} "
                f"({type(item).__name__})."
            )


def _check_keys(who: str, value: xcom_arg.XComArg) -> None:
    for task, key in value.iter_references():
        if key != xcom_arg.RETURN_KEY:
            raise DagDefinitionError(
                f"{who}: only return values can be mapped over, not XCom {key!r} of task {task.task_id!r}. "
                f"Have a task return what {task.task_id!r} puts there, and map over its result."
            )


def check_names(operator: str, names: Collection[str]) -> None:
    """Raises DagDefinitionError for arguments that cannot differ between instances."""
    wrong = sorted(_NOT_MAPPABLE & set(names))
    if wrong:
        raise DagDefinitionError(
            f"{operator}: {', '.join(wrong)} must be the same for all instances; give it to partial()."
        )


def check_twice(who: str, shared: Collection[str], mapped: Collection[str]) -> None:
    """Raises UnknownArgument where an argument is given to both partial() and expand()."""
    twice = sorted(set(shared) & set(mapped))
    if twice:
        raise dag_checks.UnknownArgument(
            f"{who}: {', '.join(twice)} cannot be given to both partial() and expand()."
        )


def check_rule(who: str, rule: Any, values: Any) -> None:
    """Raises DagDefinitionError where a task would be expanded over results, but does not wait for them."""
    if str(getattr(rule, "value", rule)) == "always" and any(xcom_arg.references(values)):
        raise DagDefinitionError(
            f"{who}: with trigger rule 'always' a task does not wait for the results that it is mapped over. "
            "Use another rule, such as 'all_done'."
        )


EXPAND_INPUT_EMPTY = ExpandInput("product", {}, "nothing")
"""Mapped over nothing."""
