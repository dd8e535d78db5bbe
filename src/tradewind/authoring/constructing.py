"""How operators are constructed: ``default_args`` of DAG and task groups fill arguments that were not given.

The metaclass wraps the ``__init__`` of each operator class once, when the class is made; so operators written
for any age of Airflow (with or without ``@apply_defaults``) take part without doing anything. It wraps
``execute`` too, which is no task where another task calls it.
"""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping
from typing import Any

from tradewind.authoring import arguments, dag_checks, nesting, scope
from tradewind.authoring.dag_checks import MissingArgument
from tradewind.authoring.params import ParamsDict
from tradewind.domain.errors import TradewindError, did_you_mean


class BaseOperatorMeta(abc.ABCMeta):
    """Metaclass of operators."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        if isinstance(fields := namespace.get("template_fields"), str):
            namespace["template_fields"] = (fields,)
            scope.notice(
                f"{name}.template_fields is the text {fields!r}; it is taken for a list of one. "
                f"Write ({fields!r},), with the comma."
            )
        init = namespace.get("__init__")
        if callable(init):
            namespace["__init__"] = _filling(init)
        if callable(execute := namespace.get("execute")):
            namespace["execute"] = nesting.guarded(execute)
        return super().__new__(mcs, name, bases, namespace, **options)

    def __call__(cls: Any, /, *args: Any, **kwargs: Any) -> Any:
        made = cls.__new__(cls, *args, **kwargs)
        try:
            made._defaults, kwargs = merged_defaults(kwargs)
            made.__init__(*args, **kwargs)
            dag_checks.require_base(made)
            made.constructed()
        except TradewindError as error:
            arguments.name_owner(error, "Task", kwargs.get("task_id"))
            raise
        return made


def apply_defaults(function: Callable[..., Any]) -> Callable[..., Any]:
    """Airflow 1.x's decorator for ``__init__``; every operator has its work done now."""
    return function


def merged_defaults(kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """All ``default_args`` that hold for a task in one dict, and its arguments with merged params."""
    dag = kwargs.get("dag") or scope.current_dag()
    group = kwargs.get("task_group") or scope.current_group(dag)
    if dag is None and group is not None:
        dag = group.dag
    merged: dict[str, Any] = {}
    for source in (
        getattr(dag, "default_args", None),
        getattr(group, "default_args", None),
        kwargs.get("default_args"),
    ):
        if source:
            merged.update(source)
    if merged.get("params") and kwargs.get("params"):
        kwargs = {**kwargs, "params": _merged_params(merged["params"], kwargs["params"])}
    return merged, kwargs


def _merged_params(below: Any, above: Any) -> ParamsDict:
    merged = ParamsDict()
    for source in (below, above):
        for name, value in source.items():
            merged[name] = value
    return merged


def _filling(init: Any) -> Any:
    """``init`` as it is, but with arguments filled from ``default_args`` and missing ones named."""
    names, positional, required, _ = dag_checks.parameters(init)
    known = frozenset(names) - {"default_args"}

    @functools.wraps(init)
    def filled(self: Any, *args: Any, **kwargs: Any) -> None:
        if args:
            kwargs = {**dict(zip(names[:positional], args, strict=False)), **kwargs}
            args = args[positional:]
        default_args = self._defaults
        for name in known & default_args.keys():
            if name not in kwargs:
                kwargs[name] = default_args[name]
        if not required <= kwargs.keys():
            if args:
                raise MissingArgument(_by_name_text(type(self), args[0]))
            raise MissingArgument(_missing_text(type(self), kwargs, required - kwargs.keys(), known))
        init(self, *args, **kwargs)

    return filled


def _by_name_text(cls: type, first: Any) -> str:
    return f"{cls.__name__} takes its arguments by name: write task_id=…, not just {first!r}."


def _missing_text(cls: type, given: Mapping[str, Any], missing: frozenset[str], known: frozenset[str]) -> str:
    listed = ", ".join(repr(name) for name in sorted(missing))
    task = f" (task {given['task_id']!r})" if given.get("task_id") else ""
    slips = [name for name in given if name not in known and did_you_mean(name, missing)]
    slip = f" It has no argument {slips[0]!r}.{did_you_mean(slips[0], missing)}" if slips else ""
    plural = "s" if len(missing) > 1 else ""
    return (
        f"{cls.__name__}{task} is missing keyword argument{plural} {listed}. "
        f"Give it here or in default_args.{slip}"
    )
