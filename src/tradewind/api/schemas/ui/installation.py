"""What the pages of administration show of an installation, beyond what REST v2 answers."""

from __future__ import annotations

from typing import Literal

from tradewind.api.schemas.common import Answer
from tradewind.config.explain import SourceKind


class UIOption(Answer, kw_only=True):
    """An option, and where its value comes from. Secrets are ``***``."""

    key: str
    value: str
    masked: bool
    source: str
    """``environment AIRFLOW__CORE__PARALLELISM``."""
    source_kind: SourceKind
    about: str
    used: bool
    """False for options that only other packages read."""


class UISection(Answer, kw_only=True):
    """A section of airflow.cfg."""

    name: str
    options: list[UIOption]


class UIConfig(Answer, kw_only=True):
    """The configuration; without a section where ``[api] expose_config`` is off, and ``exposed`` says so."""

    exposed: bool
    sections: list[UISection]


class UIExtraField(Answer, kw_only=True):
    """A key that the extra of a connection may have."""

    key: str
    label: str
    kind: Literal["text", "secret", "number", "boolean"]


class UIConnectionType(Answer, kw_only=True):
    """A type of connections: the fields it has no use for, its names for others, and examples."""

    name: str
    label: str
    package: str | None
    """The provider package that it needs."""
    installed: bool
    """A hook for it is there."""
    hidden: list[str]
    labels: dict[str, str]
    examples: dict[str, str]
    extras: list[UIExtraField]


class UIConnectionTypes(Answer, kw_only=True):
    """Those that need nothing first."""

    types: list[UIConnectionType]


class UIProvider(Answer, kw_only=True):
    """An installed provider package; ``modules``: by kind (``operators``), what DAG files can import."""

    name: str
    version: str
    description: str
    documentation_url: str | None
    modules: dict[str, list[str]]


class UIProviders(Answer, kw_only=True):
    """By name."""

    providers: list[UIProvider]
