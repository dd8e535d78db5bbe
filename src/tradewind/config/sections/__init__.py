"""One frozen dataclass for each section of airflow.cfg that Tradewind uses, with types, bounds and defaults.

Options that it does not use are kept as text and stay readable through ``conf.get`` (provider packages
read their own). They have no repr, for they hold passwords. ``SECTIONS`` names them all;
``model.Config`` has one field for each.
"""

from typing import Any

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

SECTIONS: dict[str, Any] = {
    "core": Core,
    "database": Database,
    "scheduler": Scheduler,
    "dag_processor": DagProcessor,
    "workers": Workers,
    "triggerer": Triggerer,
    "api": Api,
    "api_auth": ApiAuth,
    "execution_api": ExecutionApi,
    "logging": Logging,
    "secrets": Secrets,
    "operators": Operators,
    "sensors": Sensors,
    "email": Email,
    "smtp": Smtp,
    "callbacks": Callbacks,
    "webserver": Webserver,
    "oidc": Oidc,
    "ldap": Ldap,
}

__all__ = ["SECTIONS"]
