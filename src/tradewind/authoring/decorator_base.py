"""What turns a function into a task: shared by ``@task`` and the decorators that provider packages bring."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.authoring import (
    constructing,
    dag_checks,
    expand_input,
    mapped_arguments,
    mapping,
    scope,
    suspicions,
    xcom_arg,
)
from tradewind.authoring.calling import KeywordParameters, Signature, determine_kwargs
from tradewind.authoring.context import KNOWN_CONTEXT_KEYS
from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import did_you_mean

__all__ = [
    "DecoratedMappedOperator",
    "DecoratedOperator",
    "KeywordParameters",
    "TaskDecorator",
    "determine_kwargs",
    "get_unique_task_id",
    "task_decorator_factory",
]

_NUMBERED = re.compile(r"^(?P<base>.+?)__(?P<number>\d+)$")
DecoratedMappedOperator = mapping.MappedOperator


def get_unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """The id, or with ``__1``, ``__2``, … where the DAG has it already."""
    dag = dag or scope.current_dag()
    if dag is None:
        return task_id
    group = task_group or scope.current_group(dag) or dag.task_group
    if group.child_id(task_id) not in dag.used_ids:
        return task_id
    numbered = _NUMBERED.match(task_id)
    base = numbered["base"] if numbered else task_id
    taken = re.compile(rf"{re.escape(group.child_id(base))}__(\d+)")
    numbers = [int(found[1]) for known in dag.used_ids if (found := taken.fullmatch(str(known)))]
    return f"{base}__{max(numbers, default=0) + 1}"


class DecoratedOperator(BaseOperator):
    """Base of the operators behind ``@task.…``: mixed with the operator that does the work.

    ``kwargs_to_upstream`` are arguments that the other operator's constructor wants as well.
    """

    template_fields: Collection[str] = ("op_args", "op_kwargs")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"op_args": "py", "op_kwargs": "py"}
    shallow_copy_attrs: Sequence[str] = ("python_callable",)
    custom_operator_name = "@task"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        task_id: str,
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        kwargs_to_upstream: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        task_id = get_unique_task_id(task_id, kwargs.get("dag"), kwargs.get("task_group"))
        self.python_callable = python_callable
        super().__init__(task_id=task_id, **(kwargs_to_upstream or {}), **kwargs)
        self.op_args = op_args or ()
        self.op_kwargs = {**self._from_defaults(), **(op_kwargs or {})}
        self._check_arguments()

    def _from_defaults(self) -> dict[str, Any]:
        """``default_args`` fill arguments of the function, too."""
        signature = Signature(self.python_callable)
        names = {*signature.positional[len(self.op_args) :], *signature.named}
        defaults: dict[str, Any] = getattr(self, "_defaults", {})
        return {name: value for name, value in defaults.items() if name in names}

    def _check_arguments(self) -> None:
        signature = Signature(self.python_callable)
        name = getattr(self.python_callable, "__name__", "function")
        self._refuse_default(signature, name)
        missing = signature.missing(self.op_args, self.op_kwargs, KNOWN_CONTEXT_KEYS)
        if missing:
            raise dag_checks.MissingArgument(
                f"{name}() (task {self.task_id!r}) is missing argument {', '.join(missing)}."
            )
        if len(self.op_args) > len(signature.positional) and not signature.rest:
            raise dag_checks.UnknownArgument(
                f"{name}() (task {self.task_id!r}) takes {len(signature.positional)} positional arguments, "
                f"but {len(self.op_args)} were given."
            )
        known = {*signature.positional, *signature.named}
        unknown = sorted(self.op_kwargs.keys() - known)
        if unknown and not signature.named_rest:
            hint = did_you_mean(unknown[0], known)
            raise dag_checks.UnknownArgument(
                f"{name}() (task {self.task_id!r}) has no argument {unknown[0]!r}.{hint}"
            )

    def _refuse_default(self, signature: Signature, name: str) -> None:
        """The context gives such arguments their values; another default would never be seen."""
        for key in KNOWN_CONTEXT_KEYS & signature.optional:
            if signature.default(key) is not None:
                raise dag_checks.WrongType(
                    f"{name}() (task {self.task_id!r}): argument {key!r} is filled from the context, so it "
                    "can have no other default than None. Rename the argument."
                )


class TaskDecorator:
    """A function with the operator class and the arguments that make tasks of it; calling it makes one."""

    is_setup = False
    is_teardown = False
    on_failure_fail_dagrun = False
    returns_dag_result = False

    def __init__(
        self,
        function: Callable[..., Any],
        operator_class: Any,
        multiple_outputs: bool,
        kwargs: dict[str, Any],
    ) -> None:
        if not callable(function) or isinstance(function, (TaskDecorator, type)):
            raise TypeError(f"@task decorates functions, got {function!r}.")
        if "self" in Signature(function).positional:
            raise TypeError(
                f"@task does not decorate methods, got {getattr(function, '__qualname__', function)}. "
                "Decorate a function outside the class."
            )
        self.function, self.operator_class = function, operator_class
        self.multiple_outputs, self.kwargs = multiple_outputs, kwargs
        kwargs.setdefault("task_id", getattr(function, "__name__", "task").strip("<>"))
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        suspicions.used(self)
        made = self.operator_class(
            python_callable=self.function,
            op_args=args,
            op_kwargs=kwargs,
            multiple_outputs=self.multiple_outputs,
            **self._arguments(),
        )
        return self._finished(made)

    def _arguments(self) -> dict[str, Any]:
        """The arguments for the operator; those that only mark it stay here."""
        if self.is_teardown and "trigger_rule" in self.kwargs:
            raise dag_checks.WrongType(
                f"Task {self.kwargs['task_id']!r} is a teardown, whose trigger rule cannot be chosen. "
                "Leave trigger_rule out."
            )
        return {name: value for name, value in self.kwargs.items() if name != "on_failure_fail_dagrun"}

    def _finished(self, made: Any) -> Any:
        if self.function.__doc__ and not any(
            (made.doc_md, made.doc, made.doc_json, made.doc_yaml, made.doc_rst)
        ):
            made.doc_md = self.function.__doc__
        fail = self.kwargs.get("on_failure_fail_dagrun", self.on_failure_fail_dagrun)
        if fail and not self.is_teardown:
            raise dag_checks.WrongType(
                f"Task {made.task_id!r} is no teardown, so on_failure_fail_dagrun means nothing. "
                "Mark it with @teardown."
            )
        if self.is_setup:
            made.as_setup()
        if self.is_teardown:
            made.as_teardown(on_failure_fail_dagrun=fail)
        if self.returns_dag_result:
            made.dag.add_result(made)
        return xcom_arg.XComArg(made)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.function

    @__wrapped__.setter
    def __wrapped__(self, function: Callable[..., Any]) -> None:
        """``functools.update_wrapper`` sets what is there already."""

    def override(self, **kwargs: Any) -> TaskDecorator:
        """The same with other arguments."""
        several = kwargs.pop("multiple_outputs", self.multiple_outputs)
        twin = type(self)(self.function, self.operator_class, several, {**self.kwargs, **kwargs})
        twin.is_setup, twin.is_teardown = self.is_setup, self.is_teardown
        twin.on_failure_fail_dagrun = kwargs.get("on_failure_fail_dagrun", self.on_failure_fail_dagrun)
        twin.returns_dag_result = self.returns_dag_result
        return twin

    @property
    def _who(self) -> str:
        return f"Task {self.kwargs['task_id']!r}"

    def partial(self, **kwargs: Any) -> TaskDecorator:
        """The arguments of the function that all instances share; ``expand`` gives those that differ."""
        known = self.kwargs.get("op_kwargs") or {}
        twice = sorted(known.keys() & kwargs.keys())
        if twice:
            raise dag_checks.UnknownArgument(f"{self._who}: partial() was given {', '.join(twice)} twice.")
        self._check_names("partial", kwargs)
        made = self.override(op_kwargs={**known, **kwargs})
        suspicions.used(self)
        suspicions.unused(made, f"{self._who} was given partial() and never expand(), so it is no task.")
        return made

    def expand(self, **mapped: Any) -> Any:
        """One instance for each combination of the elements of the given lists."""
        if not mapped:
            raise dag_checks.MissingArgument(f"{self._who}: expand() needs an argument to map over.")
        self._check_names("expand", mapped)
        expand_input.check_twice(self._who, self.kwargs.get("op_kwargs") or {}, mapped)
        expand_input.check_rule(self._who, self.kwargs.get("trigger_rule"), mapped)
        return self._mapped(expand_input.ExpandInput("product", mapped, self._who), strict=False)

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> Any:
        """One instance for each dict of arguments in a list.

        ``strict``: an argument that partial() was given as well fails the instance.
        """
        expand_input.check_rule(self._who, self.kwargs.get("trigger_rule"), kwargs)
        return self._mapped(expand_input.ExpandInput("dicts", kwargs, self._who), strict=strict)

    def _check_names(self, method: str, given: Mapping[str, Any]) -> None:
        reserved = sorted(KNOWN_CONTEXT_KEYS & given.keys())
        if reserved:
            raise dag_checks.WrongType(
                f"{self._who}: {method}() cannot give {reserved[0]!r}, which the context gives. "
                "Rename the argument."
            )
        signature = Signature(self.function)
        known = {*signature.positional, *signature.named}
        unknown = sorted(given.keys() - known)
        if unknown and not signature.named_rest:
            hint = did_you_mean(unknown[0], known)
            raise dag_checks.UnknownArgument(
                f"{method}() of task {self.kwargs['task_id']!r} got {unknown[0]!r}, which the function "
                f"does not take.{hint}"
            )

    def _mapped(self, over: expand_input.ExpandInput, *, strict: bool) -> Any:
        suspicions.used(self)
        kwargs = {"op_args": (), "op_kwargs": {}, **self._arguments()}
        defaults, _ = constructing.merged_defaults(kwargs)
        signature = Signature(self.function)
        shared = {
            name: defaults[name] for name in (*signature.positional, *signature.named) if name in defaults
        }
        if over.kind == "product":
            shared = {name: value for name, value in shared.items() if name not in over.values}
        kwargs["op_kwargs"] = {**shared, **kwargs["op_kwargs"]}
        if not kwargs["op_args"]:
            mapped_arguments.notice(self._who, self.function, kwargs["op_kwargs"], over.kind, over.values)
        kwargs["task_id"] = get_unique_task_id(kwargs["task_id"], kwargs.get("dag"), kwargs.get("task_group"))
        kwargs.update(python_callable=self.function, multiple_outputs=self.multiple_outputs)
        made = mapping.MappedOperator(self.operator_class, kwargs, over, into="op_kwargs", strict=strict)
        return self._finished(made)


def task_decorator_factory(
    python_callable: Callable[..., Any] | None = None,
    *,
    multiple_outputs: bool | None = None,
    decorated_operator_class: Any,
    **kwargs: Any,
) -> Any:
    """The decorator for an operator class, used with or without brackets."""
    if python_callable is None:
        return lambda function: _decorated(function, multiple_outputs, decorated_operator_class, kwargs)
    return _decorated(python_callable, multiple_outputs, decorated_operator_class, kwargs)


def _decorated(
    function: Any, several: bool | None, operator_class: Any, kwargs: dict[str, Any]
) -> TaskDecorator:
    wanted = returns_dict(function) if several is None else several
    made = TaskDecorator(function, operator_class, wanted, dict(kwargs))
    if scope.current_dag() is not None:
        name = getattr(function, "__name__", "function")
        suspicions.uncalled(
            made, function, f"{name}() is defined inside a DAG and never called, so it is no task."
        )
    return made


def returns_dict(function: Any) -> bool:
    """Does the annotation say that the function returns a dict? Then each key becomes an XCom of its own."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    if isinstance(annotation, str):
        annotation = _evaluated(annotation, function)
    if annotation is None:
        return False
    kind = getattr(annotation, "__origin__", annotation)
    return isinstance(kind, type) and issubclass(kind, Mapping)


def _evaluated(annotation: str, function: Any) -> Any:
    """What an annotation written as text means; None where a name in it is not there when the file runs."""
    try:
        return eval(annotation, getattr(function, "__globals__", {}))  # noqa: S307 - text of the DAG file itself
    except Exception:  # noqa: BLE001 - such annotations are common, and are only hints
        return None
