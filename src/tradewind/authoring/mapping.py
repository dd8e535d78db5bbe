"""Dynamic task mapping: ``partial(...).expand(...)``, seen at parsing time (a spec) and at run time (one
instance).

How many instances there are is decided by the engine from the lengths that the spec names; here the values
are picked out for one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tradewind.authoring import (
    constructing,
    dag_checks,
    expand_input,
    mapped_places,
    scope,
    setup_teardown,
    suspicions,
    xcom_arg,
)
from tradewind.authoring.operator import AbstractOperator, BaseOperator
from tradewind.authoring.params import ParamsDict
from tradewind.domain.spec.mapping import MappingSpec


class OperatorPartial:
    """An operator class with the arguments that all its instances share."""

    def __init__(self, operator_class: Any, kwargs: dict[str, Any]) -> None:
        known = dag_checks.known_arguments(operator_class)
        unknown = {name: value for name, value in kwargs.items() if name not in known}
        dag_checks.refuse_unknown(operator_class.__name__, kwargs.get("task_id"), operator_class, unknown)
        self.operator_class, self.kwargs = operator_class, kwargs
        suspicions.unused(self, f"{self._who} was given partial() and never expand(), so it is no task.")

    @property
    def _who(self) -> str:
        return f"{self.operator_class.__name__} (task {self.kwargs.get('task_id')!r})"

    def expand(self, **mapped: Any) -> MappedOperator:
        """One instance for each combination of the elements of the given lists."""
        if not mapped:
            raise dag_checks.MissingArgument(f"{self._who}: expand() needs an argument to map over.")
        expand_input.check_names(self._who, mapped)
        expand_input.check_twice(self._who, self.kwargs.keys() - {"params"}, mapped)
        known = dag_checks.known_arguments(self.operator_class)
        unknown = {name: value for name, value in mapped.items() if name not in known}
        dag_checks.refuse_unknown(
            self.operator_class.__name__, self.kwargs.get("task_id"), self.operator_class, unknown
        )
        return self._made(expand_input.ExpandInput("product", mapped, self._who), strict=False)

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> MappedOperator:
        """One instance for each dict of arguments in a list.

        ``strict``: an argument that partial() was given as well fails the instance.
        """
        return self._made(expand_input.ExpandInput("dicts", kwargs, self._who), strict=strict)

    def _made(self, over: expand_input.ExpandInput, *, strict: bool) -> MappedOperator:
        suspicions.used(self)
        _notice_missing(self, over)
        return MappedOperator(self.operator_class, self.kwargs, over, strict=strict)


def _notice_missing(partial: OperatorPartial, over: expand_input.ExpandInput) -> None:
    """An argument that nothing gives fails every instance; default_args may still bring it."""
    if over.kind != "product":
        return
    _, _, required, _ = dag_checks.parameters(partial.operator_class.__init__)
    defaults, _ = constructing.merged_defaults(partial.kwargs)
    missing = sorted(required - partial.kwargs.keys() - over.values.keys() - defaults.keys())
    if missing:
        scope.notice(
            f"{partial._who} is missing argument {missing[0]!r}, so every instance fails. Give it to "
            f"partial() or "
            "expand()."
        )


class MappedOperator(AbstractOperator):
    """A task of which each run has as many instances as its inputs have elements."""

    is_mapped: ClassVar[bool] = True

    def __init__(
        self,
        operator_class: Any,
        partial_kwargs: dict[str, Any],
        over: expand_input.ExpandInput,
        *,
        into: str | None = None,
        strict: bool = False,
    ) -> None:
        self.operator_class, self.expand_input, self._into = operator_class, over, into
        self._strict = strict
        dag, group = partial_kwargs.get("dag"), partial_kwargs.get("task_group")
        defaults, _ = constructing.merged_defaults(partial_kwargs)
        known = dag_checks.known_arguments(operator_class)
        self._defaults = {name: value for name, value in defaults.items() if name in known}
        self.partial_kwargs = {
            name: value for name, value in partial_kwargs.items() if name not in {"dag", "task_group"}
        }
        self._base = self._shared()
        self._place(partial_kwargs["task_id"], dag, group)
        if self._dag is not None:
            self._base.start_date = self._base.start_date or self._dag.start_date
            self._base.end_date = self._base.end_date or self._dag.end_date
        self.constructed()

    def _shared(self) -> BaseOperator:
        """What every operator has, as one that belongs to no DAG."""
        names, _, _, _ = dag_checks.parameters(BaseOperator.__init__)
        own = {
            name: value
            for name, value in self.partial_kwargs.items()
            if name in names and name != "default_args"
        }
        with scope.outside():
            return BaseOperator(**{**own, "default_args": self._defaults})

    def constructed(self) -> None:
        """Tasks whose results it needs become upstream tasks."""
        xcom_arg.depend(self, self.partial_kwargs)
        xcom_arg.depend(self, self.expand_input)
        setup_teardown.made(self)
        suspicions.made(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in {"_base", "partial_kwargs", "operator_class"}:
            raise AttributeError(name)
        base = vars(self._base)
        if name in base:
            return base[name]
        for source in (self.partial_kwargs, self._defaults):
            if name in source:
                return source[name]
        if self.expand_input.kind == "product" and name in self.expand_input.values:
            return self.expand_input.values[name]
        return getattr(self.operator_class, name)

    def __setattr__(self, name: str, value: Any) -> None:
        base = self.__dict__.get("_base")
        target = base if base is not None and name in vars(base) and name not in self.__dict__ else self
        object.__setattr__(target, name, value)

    @property
    def task_type(self) -> str:
        """The class name."""
        return str(self.operator_class.__name__)

    @property
    def operator_name(self) -> str:
        """What people see as the kind of task."""
        return getattr(self.operator_class, "custom_operator_name", None) or self.task_type

    @property
    def task_display_name(self) -> str:
        """What people see; the id where nothing else was given."""
        return self._base._display_name or self.task_id

    @property
    def emails(self) -> tuple[str, ...]:
        """The mail addresses one by one."""
        return self._base.emails

    @property
    def inherits_from_empty_operator(self) -> bool:
        """A mapped task always needs a process, to find its arguments."""
        return False

    def mapping_spec(self) -> MappingSpec:
        """What the engine needs to know."""
        return self.expand_input.spec(self._base.map_index_template)

    def unmap(self, context: Mapping[str, Any]) -> BaseOperator:
        """The operator of the instance that is running, with its own arguments."""
        level = len(mapped_places.groups_around(self))
        who = f"Task {self.task_id!r}"
        arguments = self.expand_input.pick(context, mapped_places.index_at(context["ti"], level, who))
        if self._strict:
            shared = self.partial_kwargs if self._into is None else self.partial_kwargs.get(self._into) or {}
            expand_input.check_twice(who, shared.keys() - {"params"}, arguments)
        return self.build(arguments)

    def build(self, arguments: dict[str, Any]) -> BaseOperator:
        """The operator with these arguments; it stands in the DAG's place without joining the DAG anew."""
        kwargs = dict(self.partial_kwargs)
        if self._into is not None:
            arguments = {self._into: {**(kwargs.get(self._into) or {}), **arguments}}
        if arguments.get("params") and kwargs.get("params"):
            arguments = {**arguments, "params": _both(kwargs["params"], arguments["params"])}
        kwargs.update(arguments)
        kwargs["task_id"], kwargs["default_args"] = self.task_id, self._defaults
        with scope.outside():
            made: BaseOperator = self.operator_class(**kwargs)
        made._dag, made.task_group, made.task_id = self._dag, self.task_group, self.task_id
        made.upstream_task_ids, made.downstream_task_ids = self.upstream_task_ids, self.downstream_task_ids
        made.is_setup, made.is_teardown = self.is_setup, self.is_teardown
        return made


def _both(below: Any, above: Any) -> ParamsDict:
    merged = ParamsDict(below)
    merged.update(above)
    return merged
