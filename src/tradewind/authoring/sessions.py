"""``airflow.utils.session`` where there is no database.

Code that runs in a task or a DAG file never holds a database session. Functions that were decorated for one
still import and run; what they get as ``session`` says, at the first use, what to call instead.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, ParamSpec, TypeVar

from tradewind.domain.errors import AirflowException

P = ParamSpec("P")
R = TypeVar("R")


class NoSession:
    """Stands where Airflow 1.x and 2.x gave a database session. Raises AirflowException when it is used."""

    def __init__(self, name: str = "session") -> None:
        self._name = name

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AirflowException(
            f"{self._name}.{name} needs the metadata database, which DAG files and tasks do not reach. "
            "Use Variable, Connection, XCom or the REST API (apache-airflow-client) instead."
        )

    def __bool__(self) -> bool:
        return False

    def __call__(self) -> NoSession:
        return self

    def commit(self) -> None:
        """Nothing was written."""

    rollback = close = flush = commit


NEW_SESSION: Any = None


@contextmanager
def create_session(scoped: bool = True) -> Iterator[NoSession]:
    """Airflow's context manager; it gives a NoSession."""
    yield NoSession()


def provide_session(func: Callable[P, R]) -> Callable[P, R]:
    """Fill the argument ``session`` of ``func`` with a NoSession where the caller gives none."""
    names = list(inspect.signature(func).parameters)
    if "session" not in names:
        raise ValueError(f"Function {func.__qualname__} has no `session` argument")
    place = names.index("session")

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if "session" not in kwargs and len(args) <= place:
            kwargs["session"] = NoSession()
        return func(*args, **kwargs)

    return wrapper
