"""``@task_group``: a function whose call makes a task group with the tasks that it makes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from tradewind.authoring import dag_checks, expand_input, mapped_arguments
from tradewind.authoring.calling import Signature
from tradewind.authoring.notset import NOTSET
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain.errors import did_you_mean


def task_group(group_id: Callable[..., Any] | str | None = None, **options: Any) -> Any:
    """See ``authoring.task_group.task_group``; used with or without brackets."""
    if callable(group_id):
        return GroupDecorator(group_id, {"group_id": group_id.__name__})
    return lambda function: GroupDecorator(function, {"group_id": group_id or function.__name__, **options})


class MappedTaskGroup(TaskGroup):
    """A group of which each run has several instances."""

    def __init__(self, *, expand_input: expand_input.ExpandInput, **options: Any) -> None:
        super().__init__(**options)
        self.mapping = expand_input


class GroupDecorator:
    """A function with the arguments that make groups of it; calling it makes one."""

    def __init__(
        self, function: Callable[..., Any], options: dict[str, Any], given: dict[str, Any] | None = None
    ) -> None:
        self.function, self.options, self._partial = function, options, given or {}
        known = dag_checks.parameters(TaskGroup.__init__)[0]
        unknown = {name: value for name, value in options.items() if name not in known}
        dag_checks.refuse_unknown("task group", options.get("group_id"), TaskGroup, unknown)
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._fill(TaskGroup(**self._options()), args, {**self._partial, **kwargs})

    def _options(self) -> dict[str, Any]:
        """A function that is called twice makes two groups."""
        doc = self.function.__doc__
        given = {"add_suffix_on_collision": True, **self.options}
        return {**given, "tooltip": given.get("tooltip") or doc or "", "doc_md": given.get("doc_md") or doc}

    def _fill(self, group: TaskGroup, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with group:
            returned = self.function(*args, **kwargs)
        return group if returned is None else returned

    def override(self, **options: Any) -> GroupDecorator:
        """The same with other arguments."""
        return GroupDecorator(self.function, {**self.options, **options}, self._partial)

    def partial(self, **kwargs: Any) -> GroupDecorator:
        """Arguments that all instances share."""
        self._check_names("partial", kwargs)
        expand_input.check_twice(self._who, self._partial, kwargs)
        return GroupDecorator(self.function, self.options, {**self._partial, **kwargs})

    def expand(self, **mapped: Any) -> Any:
        """One instance of the group for each combination of the elements of the given lists."""
        if not mapped:
            raise dag_checks.MissingArgument(f"{self._who}: expand() needs an argument to map over.")
        self._check_names("expand", mapped)
        expand_input.check_twice(self._who, self._partial, mapped)
        return self._expanded(expand_input.ExpandInput("product", mapped, self._who), list(mapped), {})

    def expand_kwargs(self, kwargs: Any) -> Any:
        """One instance of the group for each dict of arguments in a list."""
        signature = Signature(self.function)
        if signature.rest or signature.named_rest:
            raise dag_checks.WrongType(
                f"{self._who}: expand_kwargs() needs to know the function's arguments by name, so it takes "
                "neither *args nor **kwargs."
            )
        names = [name for name in (*signature.positional, *signature.named) if name not in self._partial]
        over = expand_input.ExpandInput("dicts", kwargs, self._who)
        mapped_arguments.notice(self._who, self.function, self._partial, "dicts", kwargs)
        return self._expanded(over, names, {name: signature.default(name) for name in signature.optional})

    @property
    def _who(self) -> str:
        return f"Task group {self.options['group_id']!r}"

    def _check_names(self, method: str, given: dict[str, Any]) -> None:
        signature = Signature(self.function)
        known = {*signature.positional, *signature.named}
        unknown = sorted(given.keys() - known)
        if unknown and not signature.named_rest:
            raise dag_checks.UnknownArgument(
                f"{self._who}: {method}() got {unknown[0]!r}, which the function does not take."
                f"{did_you_mean(unknown[0], known)}"
            )

    def _expanded(self, over: expand_input.ExpandInput, names: list[str], defaults: Mapping[str, Any]) -> Any:
        group = MappedTaskGroup(expand_input=over, **self._options())
        arguments = {
            name: expand_input.MappedArgument(over, name, group, defaults.get(name, NOTSET)) for name in names
        }
        made = self._fill(group, (), {**self._partial, **arguments})
        for upstream, _ in over.iter_references():
            upstream.set_downstream(group)
        return made
