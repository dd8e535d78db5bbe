"""Where the text of an option comes from: environment, command, secret, airflow.cfg."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tradewind.config.moved import EXTRA_SENSITIVE, former_names
from tradewind.config.problems import ConfigUnreadable

Key = tuple[str, str]
ResolveSecret = Callable[[str], str | None]
RunCommand = Callable[[str], str]

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")
_REFERENCE = re.compile(r"%\((\w+)\)s")
PREFIX = "AIRFLOW__"


class Value(NamedTuple):
    """The text of an option and where it stood, for people (``environment AIRFLOW__CORE__PARALLELISM``)."""

    text: str
    source: str


class Sources:
    """Looks an option up in every place, in Airflow's order, under its present and its former names."""

    def __init__(
        self,
        *,
        home: Path,
        environ: Mapping[str, str],
        file: Path,
        resolve_secret: ResolveSecret | None,
        run_command: RunCommand | None,
    ) -> None:
        self.home, self.file = home, file
        self._environ = {"AIRFLOW_HOME": str(home), **environ}
        self._sections = read_file(file)
        self._resolve_secret, self._run_command = resolve_secret, run_command
        self.warnings: list[str] = []

    def find(self, section: str, key: str, *, sensitive: bool = False) -> Value | None:
        """The option's text, or None where nobody set it."""
        names = ((section, key), *former_names(section, key))
        sensitive = sensitive or (section, key) in EXTRA_SENSITIVE
        ways = (self._from_environment, *self._indirect_ways(sensitive))
        for way in ways:
            for name in names:
                value = way(*name)
                if value is not None:
                    return self._note_former(name, names[0], value)
        return None

    def _indirect_ways(self, sensitive: bool) -> tuple[Callable[[str, str], Value | None], ...]:
        if not sensitive:
            return (self._from_file,)
        return (
            self._from_environment_command,
            self._from_environment_secret,
            self._from_file,
            self._from_file_command,
            self._from_file_secret,
        )

    def set_names(self) -> Iterator[Key]:
        """Every (section, key) that the file or the environment sets, known or not."""
        for section, options in self._sections.items():
            for key in options:
                yield section, key
        for name in self._environ:
            if name.startswith(PREFIX) and "__" in name[len(PREFIX) :]:
                section, key = name[len(PREFIX) :].split("__", 1)
                yield section.lower(), key.lower()

    def expand(self, text: str) -> str:
        """``$NAME``, ``${NAME}`` and a leading ``~`` replaced; unknown names stay."""

        def replace(match: re.Match[str]) -> str:
            return self._environ.get(match[1] or match[2], match[0])

        expanded = _VARIABLE.sub(replace, text)
        if expanded == "~" or expanded.startswith("~/"):
            return str(Path(self._environ.get("HOME", "~")).expanduser()) + expanded[1:]
        return expanded

    def _note_former(self, found: Key, asked: Key, value: Value) -> Value:
        if found != asked:
            self.warnings.append(
                f"[{found[0]}] {found[1]} ({value.source}) is called [{asked[0]}] {asked[1]} now; it still "
                "works."
            )
        return value

    def _from_environment(self, section: str, key: str) -> Value | None:
        name = variable_name(section, key)
        text = self._environ.get(name)
        return None if text is None else Value(self.expand(text), f"environment {name}")

    def _from_environment_command(self, section: str, key: str) -> Value | None:
        name = f"{variable_name(section, key)}_CMD"
        return self._run(self._environ.get(name), f"command in environment {name}")

    def _from_environment_secret(self, section: str, key: str) -> Value | None:
        name = f"{variable_name(section, key)}_SECRET"
        return self._resolve(self._environ.get(name), f"secret named in environment {name}")

    def _from_file(self, section: str, key: str) -> Value | None:
        text = self._sections.get(section, {}).get(key)
        return (
            None
            if text is None
            else Value(self.expand(self._interpolate(section, text)), f"file {self.file}")
        )

    def _from_file_command(self, section: str, key: str) -> Value | None:
        return self._run(self._sections.get(section, {}).get(f"{key}_cmd"), f"{key}_cmd in {self.file}")

    def _from_file_secret(self, section: str, key: str) -> Value | None:
        return self._resolve(
            self._sections.get(section, {}).get(f"{key}_secret"), f"{key}_secret in {self.file}"
        )

    def _run(self, command: str | None, source: str) -> Value | None:
        if not command:
            return None
        if self._run_command is None:
            self.warnings.append(f"the {source} was not run here; the default is used")
            return None
        return Value(self._run_command(command), source)

    def _resolve(self, key: str | None, source: str) -> Value | None:
        if not key:
            return None
        if self._resolve_secret is None:
            self.warnings.append(f"the {source} was not looked up here; the default is used")
            return None
        text = self._resolve_secret(key)
        if text is None:
            self.warnings.append(f"the {source} ({key!r}) is not in the secrets backend; the default is used")
            return None
        return Value(text, source)

    def _interpolate(self, section: str, text: str) -> str:
        """``%%`` and ``%(other)s`` as configparser has them; a lone percent sign stays what it is."""

        def replace(match: re.Match[str]) -> str:
            other = self._sections.get(section, {}).get(match[1].lower())
            return match[0] if other is None else other

        return "%".join(_REFERENCE.sub(replace, part) for part in text.split("%%"))


def variable_name(section: str, key: str) -> str:
    """The environment variable of an option: AIRFLOW__SECTION__KEY."""
    return f"{PREFIX}{section.replace('.', '_').upper()}__{key.upper()}"


def read_file(path: Path) -> dict[str, dict[str, str]]:
    """The sections of an airflow.cfg; empty where there is no file. Raises ConfigUnreadable."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"), source=str(path))
    except (FileNotFoundError, NotADirectoryError):  # a home that is a file: making it says so
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise ConfigUnreadable(path, error) from error
    return {section.lower(): dict(parser.items(section)) for section in parser.sections()}
