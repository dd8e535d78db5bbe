"""Calls a function of the user with those values of the context that its signature asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tradewind.authoring import context_values
from tradewind.authoring.context import Context

_POSITIONAL_REST, _NAMED_REST = 0x04, 0x08


class Signature:
    """Names of a function's parameters, read from its code where it has one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.positional: tuple[str, ...] = ()
        self.named: tuple[str, ...] = ()
        self.rest = self.named_rest = False
        self.optional: frozenset[str] = frozenset()
        self._function = function
        plain = getattr(function, "__func__", function)
        code = getattr(plain, "__code__", None)
        if code is None or hasattr(function, "__wrapped__") or hasattr(function, "__signature__"):
            self._by_inspection(function)
        else:
            self._by_code(plain, code, bound=hasattr(function, "__self__"))

    def _by_code(self, function: Any, code: Any, bound: bool) -> None:
        names, count = code.co_varnames, code.co_argcount
        self.positional = names[1 if bound else 0 : count]
        self.named = names[count : count + code.co_kwonlyargcount]
        self.rest, self.named_rest = bool(code.co_flags & _POSITIONAL_REST), bool(code.co_flags & _NAMED_REST)
        with_default = self.positional[len(self.positional) - len(function.__defaults__ or ()) :]
        self.optional = frozenset(with_default) | frozenset(function.__kwdefaults__ or ())

    def _by_inspection(self, function: Callable[..., Any]) -> None:
        import inspect  # only for callables that are no plain functions

        kinds = inspect.Parameter
        parameters = inspect.signature(function).parameters.values()
        self.positional = tuple(
            p.name for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
        )
        self.named = tuple(p.name for p in parameters if p.kind is kinds.KEYWORD_ONLY)
        self.rest = any(p.kind is kinds.VAR_POSITIONAL for p in parameters)
        self.named_rest = any(p.kind is kinds.VAR_KEYWORD for p in parameters)
        self.optional = frozenset(p.name for p in parameters if p.default is not kinds.empty)

    def default(self, name: str) -> Any:
        """The default of an optional parameter."""
        import inspect  # only where a message may be due

        return inspect.signature(self._function).parameters[name].default

    def missing(self, args: Collection[Any], kwargs: Mapping[str, Any], known: Collection[str]) -> list[str]:
        """Parameters that nothing gives: neither an argument, nor a default, nor the context."""
        open_names = (*self.positional[len(args) :], *self.named)
        return [
            name
            for name in open_names
            if name not in kwargs and name not in self.optional and name not in known
        ]


def arguments(
    function: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    """``kwargs``, with what else of the context the function's signature asks for."""
    signature = Signature(function)
    if signature.named_rest:
        taken = set(signature.positional[: len(args)])
        everything = {**_everything(context), **kwargs}
        return {name: value for name, value in everything.items() if name not in taken}
    wanted = (*signature.positional[len(args) :], *signature.named)
    given = {name: value for name, value in kwargs.items() if name in wanted or name not in context}
    given.update({name: context[name] for name in wanted if name not in given and name in context})
    return given


def _everything(context: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(context, Context) and "ti" in context:
        return context_values.for_kwargs(context)
    return dict(context)


def determine_kwargs(
    func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Airflow's helper for providers: those of ``kwargs`` that ``func`` can take after ``args``."""
    return arguments(func, args, {}, kwargs)


class KeywordParameters:
    """Airflow's helper for providers: which keyword arguments a function takes."""

    def __init__(self, kwargs: Mapping[str, Any], *, wildcard: bool) -> None:
        self._kwargs, self._wildcard = kwargs, wildcard

    @classmethod
    def determine(
        cls, func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]
    ) -> KeywordParameters:
        """Look at ``func``."""
        signature = Signature(func)
        return cls(arguments(func, args, {}, kwargs), wildcard=signature.named_rest)

    def unpacking(self) -> Mapping[str, Any]:
        """The arguments to call it with."""
        return self._kwargs

    serializing = unpacking


def call(function: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]) -> Any:
    """The function's result; that of an ``async def`` after it has run to its end."""
    result = function(*args, **kwargs)
    if hasattr(result, "__await__"):
        import asyncio  # heavy; only for async functions

        return asyncio.run(_finish(result))
    return result


async def _finish(awaitable: Any) -> Any:
    return await awaitable


def make_kwargs_callable(func: Callable[..., Any]) -> Callable[..., Any]:
    """``func``, to be called with more keyword arguments than it takes."""
    import functools

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **arguments(func, args, {}, kwargs))

    return wrapper


class ExecutionCallableRunner:
    """Airflow's helper for providers: calls a function; what a generator yields of assets is noted."""

    def __init__(self, func: Callable[..., Any], outlet_events: Any = None, *, logger: Any = None) -> None:
        self.func, self._outlet_events = func, outlet_events

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result."""
        result = call(self.func, args, kwargs)
        if not hasattr(result, "send"):
            return result
        while True:
            try:
                metadata = next(result)
            except StopIteration as end:
                return end.value
            self._outlet_events[metadata.asset].extra.update(metadata.extra)

    __call__ = run


class AsyncExecutionCallableRunner(ExecutionCallableRunner):
    """As ``ExecutionCallableRunner``, for coroutine functions and asynchronous generators."""

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result; None of a generator."""
        result = self.func(*args, **kwargs)
        if not hasattr(result, "__aiter__"):
            return await result
        async for metadata in result:
            self._outlet_events[metadata.asset].extra.update(metadata.extra)
        return None

    __call__ = run


def is_async_callable(func: Any) -> bool:
    """Does calling it give something to await? Sees through ``partial``, decorators and callable objects."""
    import inspect  # heavy; only providers ask

    while hasattr(func, "func") or hasattr(func, "__wrapped__"):
        func = getattr(func, "__wrapped__", None) or func.func
    call = getattr(type(func), "__call__", None)  # noqa: B004 - of an object
    return inspect.iscoroutinefunction(func) or (
        not isinstance(func, type) and inspect.iscoroutinefunction(call)
    )


create_executable_runner = ExecutionCallableRunner
create_async_executable_runner = AsyncExecutionCallableRunner
