"""Reads the configuration from all its sources and checks it, naming every problem at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradewind.config.model import Config
from tradewind.config.moved import present_name
from tradewind.config.option import BadText, Option, parse
from tradewind.config.problems import ConfigInvalid, Problem
from tradewind.config.sections import SECTIONS
from tradewind.config.sections.core import EXECUTORS
from tradewind.config.sources import Key, ResolveSecret, RunCommand, Sources, Value
from tradewind.domain.errors import did_you_mean

DEFAULT = "default"


def load(
    home: Path,
    environ: Mapping[str, str],
    *,
    resolve_secret: ResolveSecret | None = None,
    run_command: RunCommand | None = None,
) -> Config:
    """The configuration of ``home``.

    ``resolve_secret`` answers options given as ``…_secret``, ``run_command`` those given as ``…_cmd``;
    without them such options keep their defaults and a warning says so. Raises ConfigUnreadable for a broken
    file, ConfigInvalid with all problems for values that cannot be used.
    """
    file = config_file(home, environ)
    sources = Sources(
        home=home, environ=environ, file=file, resolve_secret=resolve_secret, run_command=run_command
    )
    problems: list[Problem] = []
    values: dict[Key, Value] = {}
    sections = {name: _section(name, cls, sources, values, problems) for name, cls in SECTIONS.items()}
    if problems:
        raise ConfigInvalid(problems)
    warnings = (*dict.fromkeys(sources.warnings), *_likely_typos(sources))
    return Config(home=home, file=file, values=values, sources=sources, warnings=warnings, **sections)


def find_home(environ: Mapping[str, str]) -> Path:
    """``AIRFLOW_HOME``, else ``~/airflow``; absolute."""
    named = environ.get("AIRFLOW_HOME")
    user = environ.get("HOME")
    if not named:
        return (Path(user) if user else Path.home()) / "airflow"
    if user and (named == "~" or named.startswith("~/")):
        named = user + named[1:]
    return Path(named).expanduser().absolute()


def config_file(home: Path, environ: Mapping[str, str]) -> Path:
    """``AIRFLOW_CONFIG``, else ``airflow.cfg`` in the home."""
    named = environ.get("AIRFLOW_CONFIG")
    return Path(named).expanduser().absolute() if named else home / "airflow.cfg"


def _section(
    name: str, cls: type, sources: Sources, values: dict[Key, Value], problems: list[Problem]
) -> Any:
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        declared: Option = field.metadata["option"]
        value = sources.find(name, field.name, sensitive=declared.sensitive) or _default(declared, sources)
        try:
            fields[field.name] = _parse(str(field.type), declared, value, (name, field.name))
        except BadText as rule:
            shown = "***" if declared.sensitive else value.text if value else ""
            source = value.source if value else DEFAULT
            problems.append(Problem(name, field.name, str(rule), shown, source, rule.hint))
            continue
        if value is not None:
            values[name, field.name] = value
    return None if len(fields) < len(dataclasses.fields(cls)) else cls(**fields)


def _default(declared: Option, sources: Sources) -> Value | None:
    if declared.default is None:
        return None
    return Value(declared.default.replace("{AIRFLOW_HOME}", str(sources.home)), DEFAULT)


def _parse(kind: str, declared: Option, value: Value | None, key: Key) -> Any:
    if value is None:
        return None
    parsed = parse(kind, declared, value.text)
    if key == ("core", "executor"):
        _check_executors(parsed)
    return parsed


def _check_executors(names: tuple[str, ...]) -> None:
    """Short names must be known; ``module.Class`` and ``alias:module.Class`` are looked up when used."""
    if not names:
        raise BadText("name an executor")
    for name in names:
        if "." not in name and ":" not in name and name not in EXECUTORS:
            known = ", ".join(EXECUTORS)
            raise BadText(f"name executors of {known}, or their import paths", did_you_mean(name, EXECUTORS))


def _likely_typos(sources: Sources) -> list[str]:
    """Options nobody knows whose names are close to a known one of the same section."""
    names = dict.fromkeys(sources.set_names())
    suspects = [key for key in names if key[0] in SECTIONS and not _known_field(key)]
    if not suspects:
        return []
    # The table of options that only other packages read is long, and only needed now.
    from tradewind.config.known import DEFAULTS

    found = []
    for section, key in suspects:
        known = {*DEFAULTS.get(section, {}), *(field.name for field in dataclasses.fields(SECTIONS[section]))}
        base = key.removesuffix("_cmd").removesuffix("_secret")
        if base in known or present_name(section, base):
            continue
        if hint := did_you_mean(key, known):
            found.append(f"[{section}] {key} is not an option.{hint}")
    return found


def _known_field(key: Key) -> bool:
    return key[1] in SECTIONS[key[0]].__dataclass_fields__
