"""The configuration as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewind.config.sections.api import Api, ApiAuth, ExecutionApi
from tradewind.config.sections.callbacks import Callbacks
from tradewind.config.sections.core import Core
from tradewind.config.sections.dag_processor import DagProcessor
from tradewind.config.sections.database import Database
from tradewind.config.sections.email import Email, Smtp
from tradewind.config.sections.logs import Logging
from tradewind.config.sections.operators import Operators, Sensors
from tradewind.config.sections.outside import Ldap, Oidc
from tradewind.config.sections.scheduler import Scheduler
from tradewind.config.sections.secrets import Secrets
from tradewind.config.sections.triggerer import Triggerer
from tradewind.config.sections.webserver import Webserver
from tradewind.config.sections.workers import Workers
from tradewind.config.sources import Key, Sources, Value


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Config:
    """Every setting in use, typed and checked. Given to constructors, never looked up in logic."""

    home: Path
    file: Path
    core: Core
    database: Database
    scheduler: Scheduler
    dag_processor: DagProcessor
    workers: Workers
    triggerer: Triggerer
    api: Api
    api_auth: ApiAuth
    execution_api: ExecutionApi
    logging: Logging
    secrets: Secrets
    operators: Operators
    sensors: Sensors
    email: Email
    smtp: Smtp
    callbacks: Callbacks
    webserver: Webserver
    oidc: Oidc
    ldap: Ldap

    values: Mapping[Key, Value]
    """(section, key) to text and source of each option that has a dataclass field."""
    sources: Sources
    """For options that have none."""
    warnings: tuple[str, ...] = ()
    """Former names in use, likely typing errors: for people, once, at start."""

    def is_set(self, section: str, key: str) -> bool:
        """Whether somebody set the option (rather than leaving its default)."""
        value = self.values.get((section, key))
        return value is not None and value.source != "default"
