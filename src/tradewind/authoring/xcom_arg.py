"""``XComArg``: the result of a task, given to another task as an argument before either has run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tradewind.authoring import mapped_places, relations
from tradewind.authoring.notset import NOTSET
from tradewind.domain.errors import DagDefinitionError, XComNotFound
from tradewind.domain.spec.mapping import MapInput

RETURN_KEY = "return_value"


class XComArg(relations.DependencyMixin):
    """A task's XCom ``key``. An operator that gets one as an argument runs after that task.

    ``XComArg(task)`` is the return value, ``task.output["name"]`` another key of it.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> XComArg:
        return super().__new__(PlainXComArg if cls is XComArg else cls)

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The (task, key) pairs that must be there before the value is."""
        raise NotImplementedError

    def resolve(self, context: Mapping[str, Any]) -> Any:
        """The value, in a task process."""
        raise NotImplementedError

    def elements(self, context: Mapping[str, Any], place: int) -> Sequence[Any]:
        """The value as a list, in a task process that needs the element at ``place`` of it."""
        return _sequences().as_list(self.resolve(context))  # type: ignore[no-any-return]

    def map_input(self) -> MapInput:
        """What a mapping spec says of it."""
        raise NotImplementedError

    @property
    def roots(self) -> Sequence[Any]:
        return list({task.task_id: task for task, _ in self.iter_references()}.values())

    leaves = roots

    @property
    def dag(self) -> Any:
        """The DAG of its tasks, or None."""
        return next((task.get_dag() for task, _ in self.iter_references()), None)

    def map(self, f: Callable[[Any], Any]) -> MapXComArg:
        """Each element through ``f``; an element for which ``f`` raises AirflowSkipException is left out.

        ``f`` runs in the task that uses the element. Raises DagDefinitionError where it is a task.
        """
        return MapXComArg(self, [f])

    def zip(self, *others: XComArg, fillvalue: Any = NOTSET) -> ZipXComArg:
        """Elements side by side, to the shortest, or to the longest with ``fillvalue``."""
        return ZipXComArg([self, *others], fillvalue=fillvalue)

    def concat(self, *others: XComArg) -> ConcatXComArg:
        """The elements of one after those of the other."""
        return ConcatXComArg([self, *others])

    def as_setup(self) -> XComArg:
        """See ``BaseOperator.as_setup``."""
        for task in self.roots:
            task.as_setup()
        return self

    def as_teardown(self, *, setups: Any = None, on_failure_fail_dagrun: Any = NOTSET) -> XComArg:
        """See ``BaseOperator.as_teardown``."""
        for task in self.roots:
            task.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    def __enter__(self) -> Any:
        from tradewind.authoring import setup_teardown  # rarely used

        return setup_teardown.enter(*self.roots)

    def __exit__(self, *_: object) -> None:
        from tradewind.authoring import setup_teardown  # rarely used

        setup_teardown.leave()


class PlainXComArg(XComArg):
    """One XCom of one task."""

    def __init__(self, operator: Any, key: str = RETURN_KEY) -> None:
        self.operator, self.key = operator, key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlainXComArg) and (self.operator is other.operator) and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self.operator), self.key))

    def __getitem__(self, item: str) -> XComArg:
        if not isinstance(item, str):
            raise ValueError(
                f"A task's result is not known before it has run, so [{item!r}] cannot be taken here; "
                "only text keys work, as names of XComs. Take the element inside a task."
            )
        return PlainXComArg(self.operator, key=item)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(
            "A task's result cannot be walked through before it has run; use .expand(), or do it in a task."
        )

    def __repr__(self) -> str:
        return (
            f"XComArg({self.operator!r})"
            if self.key == RETURN_KEY
            else f"XComArg({self.operator!r}, {self.key!r})"
        )

    def __str__(self) -> str:
        """A template of the value, so that it can stand inside a templated text."""
        dag_id = f", dag_id='{self.operator.dag_id}'" if self.operator.has_dag() else ""
        key = f"key='{self.key}'"
        return f"{{{{ task_instance.xcom_pull(task_ids='{self.operator.task_id}'{dag_id}, {key}) }}}}"

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        yield self.operator, self.key

    def map_input(self) -> MapInput:
        return MapInput(task_id=self.operator.task_id, key=self.key)

    def resolve(self, context: Mapping[str, Any]) -> Any:
        from tradewind.authoring import xcom_pulling  # only in a task process

        ti = context["ti"]
        operator = self.operator
        beginning = xcom_pulling.within(operator, ti)
        if beginning is not None:
            wanted = beginning if mapped_places.depth(operator) > 1 else None
            return _sequences().LazyXComSequence(ti, operator.task_id, operator.dag_id, self.key, wanted)
        found = ti.xcom_pull(task_ids=operator.task_id, dag_id=operator.dag_id, key=self.key, default=NOTSET)
        if found is not NOTSET:
            return found
        if self.key == RETURN_KEY or getattr(operator, "multiple_outputs", False):
            return None
        raise XComNotFound(ti.dag_id, operator.task_id, self.key)

    def elements(self, context: Mapping[str, Any], place: int) -> Sequence[Any]:
        """See ``XComArg.elements``; of one task's long list only the element is fetched."""
        ti, operator = context["ti"], self.operator
        path = mapped_places.path(ti)[: mapped_places.depth(operator)]
        simple = len(path) < 2 and not (operator.dag and operator.dag.sub_dags)
        if not simple or mapped_places.shared(operator, ti.task) < mapped_places.depth(operator):
            return super().elements(context, place)
        return _sequences().ElementsOf(self, context, path[0] if path else -1, place)  # type: ignore[no-any-return]


class MapXComArg(XComArg):
    """Elements of ``arg`` through functions."""

    def __init__(self, arg: XComArg, functions: Sequence[Callable[[Any], Any]]) -> None:
        self.arg, self.functions = arg, list(functions)
        for function in functions:
            if not callable(function) or hasattr(function, "operator_class"):
                raise DagDefinitionError(f"map() needs a plain function, not a task, got {function!r}.")

    def map(self, f: Callable[[Any], Any]) -> MapXComArg:
        """See ``XComArg.map``."""
        return MapXComArg(self.arg, [*self.functions, f])

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        yield from self.arg.iter_references()

    def map_input(self) -> MapInput:
        return self.arg.map_input()

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return _sequences().Mapped(self.arg.resolve(context), self.functions)

    def elements(self, context: Mapping[str, Any], place: int) -> Sequence[Any]:
        """See ``XComArg.elements``."""
        return _sequences().Mapped(self.arg.elements(context, place), self.functions)  # type: ignore[no-any-return]


def _require_results(method: str, args: Sequence[Any]) -> None:
    wrong = next((arg for arg in args if not isinstance(arg, XComArg)), None)
    if wrong is not None:
        raise DagDefinitionError(
            f"{method}() takes results of tasks, got {wrong!r} ({type(wrong).__name__}). Have a task return "
            f"it."
        )


class ZipXComArg(XComArg):
    """Elements side by side."""

    def __init__(self, args: Sequence[XComArg], *, fillvalue: Any = NOTSET) -> None:
        _require_results("zip", args)
        self.args, self.fillvalue = list(args), fillvalue

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        for arg in self.args:
            yield from arg.iter_references()

    def map_input(self) -> MapInput:
        parts = tuple(arg.map_input() for arg in self.args)
        return MapInput(combine="zip", parts=parts, fill=self.fillvalue is not NOTSET)

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return _sequences().Zipped([arg.resolve(context) for arg in self.args], self.fillvalue)

    def elements(self, context: Mapping[str, Any], place: int) -> Sequence[Any]:
        """See ``XComArg.elements``."""
        columns = [arg.elements(context, place) for arg in self.args]
        return _sequences().Zipped(columns, self.fillvalue)  # type: ignore[no-any-return]


class ConcatXComArg(XComArg):
    """Elements one after the other."""

    def __init__(self, args: Sequence[XComArg]) -> None:
        _require_results("concat", args)
        self.args = list(args)

    def concat(self, *others: XComArg) -> ConcatXComArg:
        """See ``XComArg.concat``."""
        return ConcatXComArg([*self.args, *others])

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        for arg in self.args:
            yield from arg.iter_references()

    def map_input(self) -> MapInput:
        return MapInput(combine="concat", parts=tuple(arg.map_input() for arg in self.args))

    def resolve(self, context: Mapping[str, Any]) -> Any:
        return _sequences().Concatenated([arg.resolve(context) for arg in self.args])


def _sequences() -> Any:
    from tradewind.authoring import xcom_sequences  # only in a task process

    return xcom_sequences


def references(value: Any) -> Iterator[tuple[Any, str]]:
    """All (task, key) pairs that stand somewhere in ``value``, in lists and dicts too."""
    if isinstance(value, (str, int, float, bytes)) or value is None:
        return
    if isinstance(value, XComArg):
        yield from value.iter_references()
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from references(part)
    elif hasattr(type(value), "iter_references"):
        yield from value.iter_references()


def is_placeholder(value: Any) -> bool:
    """Does it stand for a value that is known only at run time?

    The class is asked, not the value: ``var`` and ``conn`` answer to every name.
    """
    return hasattr(type(value), "iter_references") and hasattr(type(value), "resolve")


def depend(task: Any, value: Any) -> None:
    """``task`` runs after every task whose result stands in ``value``."""
    for upstream, _ in references(value):
        if upstream is not task:
            task.set_upstream(upstream)


def resolve(value: Any, context: Mapping[str, Any]) -> Any:
    """``value`` with every XComArg in it replaced by what it stands for."""
    if isinstance(value, (str, int, float, bytes)) or value is None:
        return value
    if is_placeholder(value):
        return value.resolve(context)
    if isinstance(value, dict):
        return {key: resolve(part, context) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(resolve(part, context) for part in value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(resolve(part, context) for part in value)
    return value
