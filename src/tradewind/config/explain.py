"""Each option with its value and where that came from, for ``config list`` and for support."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tradewind.config.model import Config
from tradewind.config.moved import EXTRA_SENSITIVE, present_name
from tradewind.config.sections import SECTIONS

SourceKind = Literal["default", "file", "environment", "command", "secret"]


class Row(NamedTuple):
    """One option. ``text`` is None where it is not set and has no default."""

    section: str
    key: str
    text: str | None
    source: str
    doc: str
    sensitive: bool
    used: bool
    """False for options that only other packages read."""

    @property
    def source_kind(self) -> SourceKind:
        """What kind of place ``source`` names."""
        if self.source.startswith("command in ") or "_cmd in " in self.source:
            return "command"
        if self.source.startswith("secret named ") or "_secret in " in self.source:
            return "secret"
        if self.source.startswith("environment "):
            return "environment"
        return "file" if self.source.startswith("file ") else "default"


def explain(config: Config, section: str, key: str) -> Row | None:
    """The row of one option, or None where nobody knows it."""
    return next((row for row in rows(config) if (row.section, row.key) == (section, key)), None)


def rows(config: Config) -> Iterator[Row]:
    """All options: those used here in the order of their declaration, then those that others set."""
    for name, cls in SECTIONS.items():
        for field in dataclasses.fields(cls):
            declared = field.metadata["option"]
            value = config.values.get((name, field.name))
            text, source = (value.text, value.source) if value else (None, "default")
            yield Row(name, field.name, text, source, declared.doc, declared.sensitive, True)
    yield from _foreign(config)


def _foreign(config: Config) -> Iterator[Row]:
    seen = set()
    for section, key in config.sources.set_names():
        if (section, key) in seen or (section, key) in config.values or present_name(section, key):
            continue
        seen.add((section, key))
        sensitive = (section, key) in EXTRA_SENSITIVE or "password" in key or "secret" in key
        value = config.sources.find(section, key)
        if value is not None:
            yield Row(section, key, value.text, value.source, "", sensitive, False)
