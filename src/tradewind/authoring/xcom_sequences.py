"""Results of tasks as lists in a task process: read page by page, and looked at through functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tradewind.authoring import xcom
from tradewind.authoring.notset import NOTSET
from tradewind.domain.errors import AirflowException, AirflowSkipException
from tradewind.domain.messages import data

PAGE: Final = 200
"""How many values are asked for at once when a sequence is walked through."""


class LazySequence(Sequence[Any]):
    """Any list that is computed when it is looked at; equal to a list of the same elements."""

    travels_as_list = True
    """For ``serde``."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, (str, bytes)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)}>"


class LazyXComSequence(LazySequence):
    """The values that the instances of a mapped task pushed, in index order.

    Nothing is read before it is needed: an element or a slice is one question, a walk one for each page.
    """

    def __init__(self, ti: Any, task_id: str, dag_id: str, key: str, within: tuple[int, ...] | None) -> None:
        self._ti, self._within = ti, within
        self._names = {"dag_id": dag_id, "run_id": ti.run_id, "task_id": task_id, "key": key}
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            self._length = self._ti.ask(data.CountXCom(within=self._within, **self._names))
        return self._length or 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._slice(index.start, index.stop, index.step)
        place = index.__index__()
        found = self._slice(place, place + 1 if place != -1 else None, None)
        if not found:
            raise IndexError(f"index {place} is beyond the {len(self)} values of {self._names['task_id']!r}")
        return found[0]

    def __iter__(self) -> Iterator[Any]:
        for start in itertools.count(0, PAGE):
            page = self._slice(start, start + PAGE, None)
            yield from page
            if len(page) < PAGE:
                return

    def _slice(self, start: int | None, stop: int | None, step: int | None) -> list[Any]:
        request = data.GetXComSlice(start=start, stop=stop, step=step, within=self._within, **self._names)
        return [xcom.load(text, map_index=None, **self._names) for text in self._ti.ask(request) or ()]


class ElementsOf(LazySequence):
    """The list that one task returned, for an instance that needs one element of it.

    ``place`` is that element's, most likely: it is asked for with the length. What is no plain list in the
    database (a dict, a file, what another back end wrote) is read as a whole.
    """

    def __init__(self, source: Any, context: Mapping[str, Any], map_index: int, place: int) -> None:
        self._source, self._context, self._hint = source, context, place
        ti, operator = context["ti"], source.operator
        self._names = {
            "dag_id": operator.dag_id, "run_id": ti.run_id, "task_id": operator.task_id, "key": source.key,
            "map_index": map_index,
        }  # fmt: skip
        self._known: dict[int, str] = {}
        self._length: int | None = None
        self._whole: Sequence[Any] | None = None
        if xcom.resolve_xcom_backend() is not xcom.BaseXCom:
            self._read_whole()

    def _read_whole(self) -> Sequence[Any]:
        self._whole = as_list(self._source.resolve(self._context))
        self._length = len(self._whole)
        return self._whole

    def _ask(self, place: int) -> None:
        found = self._context["ti"].ask(data.GetXComElement(place=place, **self._names))
        if found is None:
            self._read_whole()
        else:
            self._length, text = found
            if text is not None:
                self._known[place] = text

    def __len__(self) -> int:
        if self._length is None:
            self._ask(self._hint)
        return self._length or 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            whole = self._read_whole() if self._whole is None else self._whole
            return whole[index]
        place = index if index >= 0 else index + len(self)
        if self._whole is None and place not in self._known:
            self._ask(place)
        if self._whole is not None:
            return self._whole[index]
        if place not in self._known:
            raise IndexError(f"index {index} is beyond length {len(self)}")
        return xcom.load(self._known[place], **self._names)


class Mapped(LazySequence):
    """A list seen through functions; an element is computed when it is asked for."""

    def __init__(self, values: Any, functions: Sequence[Callable[[Any], Any]]) -> None:
        self._values, self._functions = as_list(values), functions

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._through(value) for value in self._values[index]]
        return self._through(self._values[index])

    def __iter__(self) -> Iterator[Any]:
        """Without the elements that a function left out by raising AirflowSkipException."""
        for value in self._values:
            try:
                yield self._through(value)
            except AirflowSkipException:
                continue

    def _through(self, value: Any) -> Any:
        for function in self._functions:
            value = function(value)
        return value


class Zipped(LazySequence):
    """Lists side by side, to the shortest, or to the longest with ``fillvalue``."""

    def __init__(self, columns: Sequence[Any], fillvalue: Any) -> None:
        self._columns, self._fill = [as_list(column) for column in columns], fillvalue

    def __len__(self) -> int:
        lengths = [len(column) for column in self._columns]
        return (min if self._fill is NOTSET else max)(lengths, default=0)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index if index >= 0 else index + len(self)
        if not 0 <= place < len(self):
            raise IndexError(f"index {index} is beyond length {len(self)}")
        return tuple(column[place] if place < len(column) else self._fill for column in self._columns)

    def __iter__(self) -> Iterator[Any]:
        if self._fill is NOTSET:
            return zip(*self._columns, strict=False)
        return itertools.zip_longest(*self._columns, fillvalue=self._fill)


class Concatenated(LazySequence):
    """Lists one after the other."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self._parts = [as_list(part) for part in parts]

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return list(self)[index]
        place = index if index >= 0 else index + len(self)
        for part in self._parts:
            if 0 <= place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError(f"index {index} is beyond length {len(self)}")

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self._parts)


def as_list(value: Any) -> Sequence[Any]:
    """What a mapping walks over: a list as it is, a dict as its (key, value) pairs.

    Raises AirflowException for what cannot be walked over in order.
    """
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return value
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    raise AirflowException(
        f"Only lists and dicts can be mapped over, got {value!r} ({type(value).__name__})."
    )
