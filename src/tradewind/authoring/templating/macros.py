"""``macros`` in templates, and ``airflow.macros``: dates as text, and a few modules.

``macros.<plugin>.<function>`` comes from plug-ins, which register their functions with ``add_plugin``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

_FUNCTIONS: Final = (
    "datetime",
    "datetime_diff_for_humans",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "random",
    "timedelta",
)
_MODULES: Final = {"dateutil": "dateutil", "json": "json", "time": "time", "uuid": "uuid", "yaml": "yaml"}
_plugins: dict[str, SimpleNamespace] = {}


def ds_add(ds: str, days: int) -> str:
    """A ``YYYY-MM-DD`` date, ``days`` later (earlier if negative)."""
    if not days:
        return str(ds)
    return (datetime.strptime(str(ds), "%Y-%m-%d") + timedelta(days)).strftime("%Y-%m-%d")  # noqa: DTZ007


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """A date text read by one format and written by another (``strftime`` codes)."""
    return datetime.strptime(str(ds), input_format).strftime(output_format)  # noqa: DTZ007


def ds_format_locale(ds: str, input_format: str, output_format: str, locale: Any = None) -> str:
    """As ``ds_format``, with names of months and days in a language; ``output_format`` is Babel's.

    Raises ImportError where the package Babel is not installed.
    """
    try:
        from babel.dates import format_datetime  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise ImportError(
            "ds_format_locale needs the package Babel. Install it with: pip install babel"
        ) from error

    return str(format_datetime(ds_parse(ds, input_format), format=output_format, locale=locale or "en_US"))


def ds_parse(ds: str, input_format: str) -> datetime:
    """The naive datetime that a text stands for."""
    return datetime.strptime(str(ds), input_format)  # noqa: DTZ007


def datetime_diff_for_humans(dt: datetime, since: datetime | None = None) -> str:
    """``in 3 hours``, ``2 days ago`` — or, with ``since``, ``1 day before``."""
    import pendulum  # heavy, and few templates ask

    moment = pendulum.instance(dt)
    return moment.diff_for_humans() if since is None else moment.diff_for_humans(pendulum.instance(since))


def random() -> float:
    """A number from 0 up to 1."""
    import random as source

    return source.random()  # noqa: S311 - for people's templates, not for secrets


def add_plugin(name: str, functions: Iterable[Callable[..., Any]]) -> None:
    """Make a plug-in's functions available as ``macros.<name>.<function>``."""
    _plugins[name] = SimpleNamespace(**{function.__name__: function for function in functions})


def __getattr__(name: str) -> Any:
    if name in _plugins:
        return _plugins[name]
    if name in _MODULES:
        from importlib import import_module

        module = import_module(_MODULES[name])
        if name == "dateutil":
            import_module("dateutil.parser")
            import_module("dateutil.relativedelta")
        return module
    raise AttributeError(
        f"macros has no {name!r}; there are {', '.join(sorted([*_FUNCTIONS, *_MODULES, *_plugins]))}"
    )
