"""``airflow.settings``: folders and switches that DAG files read, from the configuration at each look-up."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from tradewind.authoring import scripts
from tradewind.runtime import plugins


def _conf() -> Any:
    from tradewind.config.compat import conf  # reads airflow.cfg, which few DAG files need

    return conf


def _timezone() -> Any:
    from tradewind.authoring import timezone

    return timezone.system_timezone()


_NAMES: Final[dict[str, Callable[[], Any]]] = {
    "AIRFLOW_HOME": lambda: str(_conf().config.home),
    "DAGS_FOLDER": lambda: _conf().get("core", "dags_folder"),
    "PLUGINS_FOLDER": lambda: _conf().get("core", "plugins_folder"),
    "SQL_ALCHEMY_CONN": lambda: None,
    "TIMEZONE": _timezone,
    "EXECUTE_TASKS_NEW_PYTHON_INTERPRETER": lambda: False,
    "LAZY_LOAD_PROVIDERS": lambda: True,
    "LAZY_LOAD_PLUGINS": lambda: True,
    "MASK_SECRETS_IN_LOGS": lambda: True,
    "STORE_DAG_CODE": lambda: True,
    "STORE_SERIALIZED_DAGS": lambda: True,
    "Session": lambda: _session,
}


def _session() -> Any:
    """``settings.Session()``: a person's script may write with it, a DAG file or a task may not."""
    if scripts.is_script():
        return plugins.hook("admin_session")()
    from tradewind.authoring.sessions import NoSession

    return NoSession()


@functools.cache
def _engine() -> Any:
    from tradewind.authoring.sessions import NoSession

    return NoSession("settings.engine")


def pod_mutation_hook(pod: Any) -> None:
    """What ``airflow_local_settings.py`` may define to change pods; this one changes nothing."""


_NAMES["engine"] = _engine


def __getattr__(name: str) -> Any:
    try:
        value = _NAMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return value()


def get(section: str, key: str, **kwargs: Any) -> Any:
    """1.x's ``airflow.configuration.get``; ``conf.get`` nowadays."""
    return _conf().get(section, key, **kwargs)


def getboolean(section: str, key: str, **kwargs: Any) -> bool:
    """1.x's ``airflow.configuration.getboolean``."""
    return bool(_conf().getboolean(section, key, **kwargs))


def getint(section: str, key: str, **kwargs: Any) -> int:
    """1.x's ``airflow.configuration.getint``."""
    return int(_conf().getint(section, key, **kwargs))


def getfloat(section: str, key: str, **kwargs: Any) -> float:
    """1.x's ``airflow.configuration.getfloat``."""
    return float(_conf().getfloat(section, key, **kwargs))


def has_option(section: str, key: str) -> bool:
    """1.x's ``airflow.configuration.has_option``."""
    return bool(_conf().has_option(section, key))


def getsection(section: str) -> Any:
    """1.x's ``airflow.configuration.getsection``."""
    return _conf().getsection(section)


def as_dict(**kwargs: Any) -> Any:
    """1.x's ``airflow.configuration.as_dict``."""
    return _conf().as_dict(**kwargs)
