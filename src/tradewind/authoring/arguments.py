"""Types of the arguments of DAGs and tasks that the scheduler reads; a wrong one is named with the way
out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tradewind.domain.errors import InvalidValue, TradewindError
from tradewind.domain.states import DagRunType

F = TypeVar("F", bound=Callable[..., Any])


def name_owner(error: BaseException, kind: str, name: object) -> None:
    """Put the name of the task or DAG in front of a message that does not have it."""
    if not isinstance(error, TradewindError) or not name or not error.args:
        return
    text = error.args[0]
    if isinstance(text, str) and repr(name) not in text:
        error.args = (f"{kind} {name!r}: {text}", *error.args[1:])


def named(kind: str) -> Callable[[F], F]:
    """Decorator of a constructor whose first argument is a name: errors that it raises tell the name."""

    def decorate(init: F) -> F:
        @functools.wraps(init)
        def checked(self: Any, *args: Any, **kwargs: Any) -> None:
            try:
                init(self, *args, **kwargs)
            except TradewindError as error:
                name_owner(error, kind, args[0] if args else kwargs.get("dag_id"))
                raise

        return checked  # type: ignore[return-value]

    return decorate


def truth(name: str, value: Any) -> bool:
    """True or False; 0 and 1 count. Raises InvalidValue: the text 'False' would be true."""
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        return bool(value)
    raise InvalidValue(name, value, "be True or False")


def text(name: str, value: Any) -> Any:
    """Text, or None. Raises InvalidValue."""
    if value is None or isinstance(value, str):
        return value
    raise InvalidValue(name, value, "be text")


def number(name: str, value: Any) -> float:
    """A number of at least 0; True and False as they are. Raises InvalidValue."""
    if isinstance(value, (bool, int, float)) and value >= 0:
        return value
    raise InvalidValue(name, value, "be True, False or a number of at least 0")


def addresses(value: Any) -> Any:
    """Mail addresses: text, or several texts. Raises InvalidValue."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in value):
        return value
    raise InvalidValue("email", value, "be a mail address, or a list of them")


def mapping(name: str, value: Any) -> dict[str, Any]:
    """A dict; None for an empty one. Raises InvalidValue."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValue(name, value, "be a dict")
    return dict(value)


def span(name: str, value: Any) -> timedelta | None:
    """A timedelta, or None. Raises InvalidValue: whether a number means seconds or minutes, nobody knows."""
    if value is None or isinstance(value, timedelta):
        return value
    raise InvalidValue(name, value, "be a timedelta, for example timedelta(minutes=5)")


def links(value: Any) -> dict[str, str]:
    """Owners with an address each. Raises InvalidValue."""
    found = mapping("owner_links", value)
    for owner, link in found.items():
        parts = urlsplit(str(link))
        if not (parts.scheme and parts.netloc) and parts.scheme != "mailto":
            raise InvalidValue(f"owner_links[{owner!r}]", link, "be an http, https or mailto link")
    return found


def run_types(value: Any) -> Any:
    """Kinds of runs. Raises InvalidValue."""
    if value is None:
        return None
    several = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    known = [kind.value for kind in DagRunType]
    for one in several:
        if getattr(one, "value", one) not in known:
            raise InvalidValue("allowed_run_types", one, f"be among {', '.join(known)}")
    return value


def alerts(value: Any) -> Any:
    """Deadline alerts. Raises InvalidValue."""
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if one is not None and not hasattr(one, "as_spec"):
            raise InvalidValue("deadline", one, "be a DeadlineAlert, or a list of them")
    return value
