"""``airflow.configuration.conf``: the look-up object that DAG files and provider packages use.

This is a door for other people's code, and so the one place in this package that holds state of the process:
the ``Config`` given with ``use``, else the one that environment and airflow.cfg make at the first look-up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from tradewind.config import loader
from tradewind.config.model import Config
from tradewind.config.moved import present_name
from tradewind.config.option import BadText, to_bool, to_float, to_int, to_list
from tradewind.config.problems import ConfigInvalid, OptionMissing, Problem
from tradewind.config.sections import SECTIONS
from tradewind.config.sources import Value
from tradewind.domain.errors import did_you_mean

_ABSENT: Any = object()


class Conf:
    """Options as text or converted, by section and key; case does not matter."""

    def __init__(self, config: Config | None = None) -> None:
        self._config = config
        self._overrides: dict[tuple[str, str], str] = {}

    @property
    def config(self) -> Config:
        """The typed configuration behind the look-ups."""
        if self._config is None:
            self._config = loader.load(loader.find_home(os.environ), os.environ)
        return self._config

    def use(self, config: Config) -> None:
        """Look up in this configuration from now on."""
        self._config = config

    def get(self, section: str, key: str, fallback: Any = _ABSENT, **_: Any) -> Any:
        """The option's text. Raises OptionMissing where there is neither value, default nor ``fallback``."""
        value = self._find(section, key)
        if value is not None:
            return value.text
        if fallback is not _ABSENT:
            return fallback
        keys = self._keys(section)
        raise OptionMissing(
            section, key, " It is known, but not set." if key.lower() in keys else did_you_mean(key, keys)
        )

    def getboolean(self, section: str, key: str, **kwargs: Any) -> bool:
        """The option as yes or no."""
        value: bool = self._convert(section, key, kwargs, to_bool)
        return value

    def getint(self, section: str, key: str, **kwargs: Any) -> int:
        """The option as a whole number."""
        value: int = self._convert(section, key, kwargs, to_int)
        return value

    def getfloat(self, section: str, key: str, **kwargs: Any) -> float:
        """The option as a number."""
        value: float = self._convert(section, key, kwargs, to_float)
        return value

    def getlist(self, section: str, key: str, delimiter: str = ",", **kwargs: Any) -> list[str]:
        """The option as a list of words."""
        found = self._convert(section, key, kwargs, lambda text: to_list(text.replace(delimiter, ",")))
        return list(found) if isinstance(found, tuple) else found

    def getjson(self, section: str, key: str, fallback: Any = _ABSENT, **_: Any) -> Any:
        """The option as JSON; an empty one gives ``fallback``, or an empty object."""
        text = self.get(section, key, fallback=None)
        if not text:
            return {} if fallback is _ABSENT else fallback
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._bad(section, key, f"be JSON ({error})", text) from error

    def getimport(self, section: str, key: str, **kwargs: Any) -> Any:
        """The object that the option names by import path; None for an empty one."""
        path = self.get(section, key, **kwargs)
        if not path:
            return None
        from importlib import import_module

        module, _, name = path.rpartition(".")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise self._bad(section, key, f"name something importable ({error})", path) from error

    def gettimedelta(self, section: str, key: str, fallback: Any = _ABSENT, **_: Any) -> Any:
        """The option, in seconds, as a timedelta; an empty one gives ``fallback``, or None."""
        text = self.get(section, key, fallback=None)
        if not text:
            return None if fallback is _ABSENT else fallback
        from datetime import timedelta

        return timedelta(seconds=self._convert(section, key, {}, to_float))

    def getenum(self, section: str, key: str, enum_class: Any, **kwargs: Any) -> Any:
        """The option as a member of ``enum_class``."""
        text = self.get(section, key, **kwargs)
        try:
            return enum_class[text]
        except KeyError as error:
            raise self._bad(section, key, f"be one of {', '.join(enum_class.__members__)}", text) from error

    def get_mandatory_value(self, section: str, key: str, **kwargs: Any) -> str:
        """As ``get``; an empty value counts as missing."""
        value = self.get(section, key, **kwargs)
        if value is None:
            raise OptionMissing(section, key)
        return str(value)

    get_mandatory_list_value = getlist

    def has_option(self, section: str, option: str, **_: Any) -> bool:
        """Whether the option has a value or a default."""
        return self._find(section, option) is not None

    def has_section(self, section: str) -> bool:
        """Whether the section is known, or set by somebody."""
        return bool(self._keys(section))

    def sections(self) -> list[str]:
        """All sections."""
        return sorted({*SECTIONS, *(name for name, _ in self.config.sources.set_names())})

    def options(self, section: str) -> list[str]:
        """The options of a section."""
        return self._keys(section)

    def getsection(self, section: str) -> dict[str, Any] | None:
        """All options of a section, numbers and booleans converted; None for an unknown one."""
        found = {key: self._find(section, key) for key in self._keys(section)}
        values = {key: _guess(value.text) for key, value in found.items() if value is not None}
        return values or None

    def as_dict(
        self, display_sensitive: bool = False, display_source: bool = False, **_: Any
    ) -> dict[str, Any]:
        """Every option by section; secrets hidden unless asked for."""
        from tradewind.config.explain import rows

        result: dict[str, dict[str, Any]] = {}
        for row in rows(self.config):
            text = row.text if display_sensitive or not row.sensitive or not row.text else "< hidden >"
            result.setdefault(row.section, {})[row.key] = (text, row.source) if display_source else text
        return result

    def set(self, section: str, option: str, value: Any) -> None:
        """Override an option for this process; the typed configuration is not changed."""
        self._overrides[section.lower(), option.lower()] = str(value)

    def remove_option(self, section: str, option: str, **_: Any) -> bool:
        """Take an override back."""
        return self._overrides.pop((section.lower(), option.lower()), None) is not None

    def read_dict(self, values: Mapping[str, Mapping[str, Any]], **_: Any) -> None:
        """Override many options."""
        for section, options in values.items():
            for key, value in options.items():
                self.set(section, key, value)

    def __getitem__(self, section: str) -> dict[str, Any]:
        return self.getsection(section) or {}

    def _find(self, section: str, key: str) -> Value | None:
        section, key = section.lower(), key.lower()
        if (section, key) in self._overrides:
            return Value(self._overrides[section, key], "set by code")
        new = present_name(section, key)
        if new is not None:
            section, key = new
            if new in self._overrides:
                return Value(self._overrides[new], "set by code")
        known = self.config.values.get((section, key))
        return known or self.config.sources.find(section, key) or _builtin(section, key)

    def _keys(self, section: str) -> list[str]:
        from tradewind.config.known import DEFAULTS

        section = section.lower()
        own = SECTIONS[section].__dataclass_fields__ if section in SECTIONS else ()
        named = (key for name, key in self.config.sources.set_names() if name == section)
        forced = (key for name, key in self._overrides if name == section)
        return sorted({*own, *named, *forced, *DEFAULTS.get(section, {})})

    def _convert(self, section: str, key: str, kwargs: dict[str, Any], convert: Any) -> Any:
        text = self.get(section, key, **kwargs)
        if not isinstance(text, str):
            return text
        try:
            return convert(text.split("#", 1)[0].strip())
        except BadText as rule:
            raise self._bad(section, key, str(rule), text) from None

    def _bad(self, section: str, key: str, rule: str, text: str) -> ConfigInvalid:
        value = self._find(section, key)
        return ConfigInvalid([Problem(section, key, rule, text, value.source if value else "fallback")])


def _builtin(section: str, key: str) -> Value | None:
    # A long table that most processes never need.
    from tradewind.config.known import DEFAULTS

    text = DEFAULTS.get(section, {}).get(key)
    return None if text is None else Value(text, "default")


def _guess(text: str) -> Any:
    for convert in (to_int, to_float):
        try:
            return convert(text)
        except BadText:
            continue
    lowered = text.lower()
    return lowered == "true" if lowered in {"true", "false"} else text


conf = Conf()
