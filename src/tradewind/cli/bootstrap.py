"""The composition root: turns environment and configuration into the parts that commands work with.

Everything is made at its first use, so that a command pays only for what it touches.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.domain import errors, keys
from tradewind.runtime.clock import Clock, SystemClock

if TYPE_CHECKING:
    from tradewind.config import Config
    from tradewind.domain.messages.plugins import Answer, Question
    from tradewind.domain.messages.wake import Wake
    from tradewind.runtime.plugin_hosts import PluginHosts
    from tradewind.secrets import Chain
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database


class App:
    """One command's world."""

    def __init__(self, environ: Mapping[str, str], *, clock: Clock | None = None) -> None:
        self.environ = environ
        self.clock: Clock = clock or SystemClock()
        self._open: list[Callable[[], None]] = []

    @cached_property
    def home(self) -> Path:
        """``AIRFLOW_HOME``."""
        from tradewind.config import find_home

        return find_home(self.environ)

    @cached_property
    def config(self) -> Config:
        """The configuration, checked. Raises ConfigInvalid, ConfigUnreadable."""
        from tradewind import config
        from tradewind.config import compat
        from tradewind.runtime.processes import run_command
        from tradewind.telemetry.masking import MASKER

        found = config.load(
            self.home, self.environ, run_command=run_command, resolve_secret=self._resolve_secret
        )
        compat.conf.use(found)
        MASKER.configure(
            shortest=found.logging.min_length_masked_secret,
            names=found.core.sensitive_var_conn_names,
            by_name=found.core.hide_sensitive_var_conn_fields,
        )
        hide_options(found)
        return found

    @cached_property
    def run_dir(self) -> Path:
        """Sockets, locks, spool. Raises RunDirUnsafe."""
        from tradewind.runtime import paths

        self.make_home()
        return paths.run_dir(self.home)

    @cached_property
    def database(self) -> Database:
        """The metadata database, ready for use: a SQLite file is made and brought up to date without a word.

        Raises DatabaseUnavailable, and SchemaOutdated where a server's tables are somebody's decision.
        """
        from tradewind.store import migrations

        found = self.connect()
        if found.dialect.name == "sqlite":
            self.migrate(found)
        else:
            migrations.check(found)
        return found

    def migrate(self, database: Database) -> bool:
        """Bring a database to this version's schema; whether there was anything to do. A new one gets
        Airflow's sample connections, where ``[database] load_default_connections`` says so.
        """
        from tradewind.store import migrations

        wanted = self.config.database.load_default_connections and migrations.current(database) is None
        moved = migrations.migrate(database)
        if wanted:
            self.add_default_connections(database)
        return moved

    def add_default_connections(self, database: Database) -> None:
        """Airflow's sample connections, as far as they are not there."""
        from tradewind.secrets.default_connections import default_connections
        from tradewind.store.queries import connections

        with database.write() as tx:
            connections.add_missing(tx, default_connections(), cipher=self.cipher)

    def connect(self) -> Database:
        """The metadata database as it is. Raises AirflowConfigException for an address that is none."""
        from tradewind.store.database import Database
        from tradewind.store.sealing import Seal

        self.make_home()
        options = self.config.database
        try:
            found = Database(
                options.sql_alchemy_conn,
                pool_size=options.sql_alchemy_pool_size or 5,
                max_overflow=options.sql_alchemy_max_overflow,
                seal=Seal(lambda: self.cipher),
            )
        except errors.InvalidValue as error:  # not what was typed: what is configured
            raise errors.AirflowConfigException(str(error)) from error
        self._open.append(found.close)
        return found

    @cached_property
    def cipher(self) -> Cipher:
        """What encrypts stored connections and variables. Raises FernetKeyInvalid."""
        from tradewind.secrets.cipher import Cipher

        return Cipher.from_option(self.config.core.fernet_key)

    @cached_property
    def chain(self) -> Chain:
        """Where commands look up variables and connections: own backend, environment, database."""
        from tradewind import secrets as lookups
        from tradewind.cli.wiring import lookup

        chain = lookups.Chain([*lookup.backends(self.config), lookup.metastore(self.database, self.cipher)])
        lookups.use(chain)
        return chain

    @cached_property
    def plugins(self) -> PluginHosts:
        """Who computes with what plug-ins bring. Nothing is started before it is asked."""
        from tradewind.runtime.plugin_hosts import PluginHosts

        environ = {**self.environ, "AIRFLOW_HOME": str(self.home)}
        found = PluginHosts(folder=self.config.core.plugins_folder, environ=environ)
        self._open.append(found.close)
        return found

    def plugin_ask(self, question: Question) -> Answer:
        """Ask a plug-in. Raises PluginFailed."""
        return self.plugins.ask(question)

    def make_home(self) -> None:
        """Make the home folder and its airflow.cfg, if they are not there. Raises HomeUnusable."""
        if "_home_made" not in self.__dict__:
            from tradewind import config
            from tradewind.config.home import make_home

            self.__dict__["_home_made"] = True
            if make_home(self.home, config.config_file(self.home, self.environ)):
                self.__dict__.pop("config", None)  # the new file holds a new key

    def new_attempt(self, at: datetime) -> str:
        """A fresh attempt id."""
        return keys.attempt_id(at, secrets.randbits(74))

    def wake(self, kind: str, *, dag_id: str = "", run_id: str = "") -> None:
        """Tell a running scheduler, if there is one."""
        from tradewind.domain.messages.wake import Wake

        self.send_wake(Wake(kind=kind, dag_id=dag_id, run_id=run_id))

    def send_wake(self, wake: Wake) -> None:
        """As ``wake``, for a ready message."""
        from tradewind.runtime import wakeups

        wakeups.send(self.run_dir, wake)

    def scheduler_runs(self) -> bool:
        """Whether a scheduler of this home is alive."""
        from tradewind.runtime import paths
        from tradewind.runtime.locks import Lock

        return Lock(self.run_dir / paths.SCHEDULER_LOCK).holder() is not None

    def path(self, text: str) -> Path:
        """A path from the configuration or the command line, absolute."""
        return Path(self.config.sources.expand(text)).expanduser().absolute()

    def mask(self, text: str) -> str:
        """The text without secrets."""
        from tradewind.telemetry.masking import MASKER

        return MASKER.mask(text)

    def warn(self) -> None:
        """Say what the configuration's reader has to say, on standard error."""
        for warning in self.config.warnings:
            print(f"Note: {warning}", file=sys.stderr)

    def close(self) -> None:
        """Close what was opened."""
        for close in reversed(self._open):
            close()
        self._open.clear()

    def _resolve_secret(self, key: str) -> str | None:
        """A ``…_secret`` option: asked of the backend that plain options name."""
        from tradewind import config
        from tradewind.cli.wiring import lookup
        from tradewind.secrets import Chain

        plain = config.load(self.home, self.environ)
        return Chain(lookup.backends(plain)).get_config(key)


def hide_options(config: Config) -> None:
    """Hide the passwords that the configuration itself holds."""
    from tradewind.config.sections import SECTIONS
    from tradewind.telemetry.masking import MASKER

    for name, cls in SECTIONS.items():
        for field in cls.__dataclass_fields__.values():
            value: Any = config.values.get((name, field.name))
            if field.metadata["option"].sensitive and value is not None and value.source != "default":
                _hide(MASKER.add, value.text)


def _hide(add: Callable[[Any], None], text: str) -> None:
    """Of a URL only the password; of a list each part."""
    if "://" in text:
        from urllib.parse import unquote, urlsplit

        try:
            password = urlsplit(text).password
        except ValueError:
            password = None
        if password:
            add(unquote(password))
            add(password)
        return
    for part in text.split(","):
        add(part.strip())
