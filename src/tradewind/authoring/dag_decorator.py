"""``@dag``: a function whose call makes a DAG; its arguments become the DAG's params."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tradewind.authoring import suspicions
from tradewind.authoring.dag import DAG
from tradewind.authoring.notset import NOTSET


def dag(dag_id: str | Callable[..., Any] = "", *args: Any, **options: Any) -> Any:
    """See ``authoring.dag.dag``; used with or without brackets."""
    if callable(dag_id):
        return _decorate(dag_id, "", (), {})
    return lambda function: _decorate(function, dag_id, args, options)


def _decorate(
    function: Callable[..., Any], dag_id: str, args: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def factory(*call_args: Any, **call_kwargs: Any) -> DAG:
        suspicions.used(factory)
        bound = signature.bind(*call_args, **call_kwargs)
        bound.apply_defaults()
        given = {"doc_md": inspect.getdoc(function), **options}
        made = DAG(dag_id or function.__name__, *args, **given)
        with made:
            values = {name: _argument(made, name, value) for name, value in bound.arguments.items()}
            function(**values)
        made.fileloc = function.__code__.co_filename
        return made

    factory.__doc__ = function.__doc__
    name = function.__name__
    suspicions.unused(
        factory, f"{name}() is decorated with @dag and never called, so there is no DAG. Add: {name}()"
    )
    return factory


def _argument(made: DAG, name: str, value: Any) -> Any:
    empty = value is inspect.Parameter.empty
    return made.param(name, NOTSET if empty else value)
