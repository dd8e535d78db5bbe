"""What can be wrong with a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tradewind.domain.errors import AirflowConfigException, shorten


class Problem(NamedTuple):
    """One option that cannot be used. ``rule`` reads after "must"; ``value`` is hidden where it is secret."""

    section: str
    key: str
    rule: str
    value: str
    source: str
    hint: str = ""

    def __str__(self) -> str:
        got = f"got {shorten(self.value)!r} ({self.source})"
        return f"[{self.section}] {self.key} must {self.rule}, {got}.{self.hint}"


class ConfigInvalid(AirflowConfigException):
    """Options have values that cannot be used; all of them are named at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        head = "The configuration cannot be used:" if len(self.problems) > 1 else ""
        super().__init__("\n".join(([head] if head else []) + [str(problem) for problem in self.problems]))


class ConfigUnreadable(AirflowConfigException):
    """airflow.cfg is there but cannot be read."""

    def __init__(self, path: Path, error: Exception) -> None:
        reason = str(error).replace("\n", " ").replace("\t", " ")
        super().__init__(
            f"{path} cannot be read: {reason}. Correct the file, or move it away to start from defaults."
        )
        self.path = path


class HomeUnusable(AirflowConfigException):
    """The home folder cannot be made or written."""

    def __init__(self, home: Path, error: OSError) -> None:
        super().__init__(
            f"The home folder {home} cannot be used: {error.strerror or error}. "
            "Make it writable for this user, or set AIRFLOW_HOME to another folder."
        )
        self.home = home


class OptionMissing(AirflowConfigException):
    """``conf.get`` of an option that has neither a value nor a default."""

    def __init__(self, section: str, key: str, hint: str = "") -> None:
        super().__init__(
            f"section/key [{section}/{key}] not found in config.{hint} "
            f"Set it in airflow.cfg or as AIRFLOW__{section.upper()}__{key.upper()}."
        )
        self.section, self.key = section, key
