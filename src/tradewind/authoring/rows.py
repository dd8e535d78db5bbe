"""Names of Airflow's database rows, so that files that import them load.

DAG files and tasks have no way to the metadata database. Importing these names, and naming them in
annotations, works; using one says what to use instead.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from tradewind.authoring import scripts
from tradewind.domain.errors import AirflowException
from tradewind.runtime import plugins

ID_LEN = 250
"""Longest id of a DAG, task or run."""


class NoDatabase(AirflowException):
    """A row of the metadata database was used in a DAG file or a task."""


class _Rows(type):
    """Says, for everything that is asked of the class, why there is nothing."""

    instead: str
    of_scripts: str | None
    """The hook that makes such an object in a person's own script."""

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NoDatabase(
            f"{cls.__name__}.{name} needs the metadata database, which DAG files and tasks do not reach. "
            f"Use {cls.instead} instead."
        )

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.of_scripts is not None and scripts.is_script():
            return plugins.hook(cls.of_scripts)(*args, **kwargs)
        raise NoDatabase(
            f"{cls.__name__}(…) makes a row of the metadata database, which DAG files and tasks do not "
            f"reach. Use {cls.instead} instead."
        )


class Base(metaclass=_Rows):
    """What Airflow's rows inherit from."""

    instead: ClassVar[str] = "the REST API"
    of_scripts: ClassVar[str | None] = None


class DagModel(Base):
    """What is stored of a DAG."""

    instead = "the REST API (GET /api/v2/dags/{dag_id}), or ExternalTaskSensor(check_existence=True)"


class DagTag(Base):
    """A tag of a DAG."""

    instead = "dag.tags, or the REST API"


class DagPickle(Base):
    """A DAG as a pickle, until Airflow 2."""

    instead = "nothing: DAGs are never pickled, each worker imports the DAG file"


class DbCallbackRequest(Base):
    """A callback that waits to be run."""

    instead = "the arguments on_failure_callback and on_success_callback"


class Log(Base):
    """A line of the audit log."""

    instead = "the REST API (GET /api/v2/eventLogs)"


class RenderedTaskInstanceFields(Base):
    """The rendered template fields of a task instance."""

    instead = "the REST API (GET …/taskInstances/{task_id}, rendered_fields)"


class ParseImportError(Base):
    """A DAG file that could not be imported; its name until Airflow 2.10 was ``ImportError``."""

    instead = "the REST API (GET /api/v2/importErrors), or the command 'airflow dags list-import-errors'"


class SerializedDagModel(Base):
    """A DAG as the database keeps it."""

    instead = "the REST API (GET /api/v2/dags/{dag_id}/details), or in a task ti.get_dag()"


class SlaMiss(Base):
    """An SLA that was missed."""

    instead = "the argument sla_miss_callback"


class TaskFail(Base):
    """A try that failed."""

    instead = "the REST API (GET …/taskInstances/{task_id}/tries)"


class TaskReschedule(Base):
    """A pause of a sensor."""

    instead = "ti.get_first_reschedule_date()"


class Trigger(Base):
    """A trigger that a task waits for."""

    instead = "the REST API"


class XComModel(Base):
    """An XCom as the database keeps it."""

    instead = "ti.xcom_pull, or the REST API (GET …/xcomEntries)"


class User(Base):
    """A user of the web UI."""

    instead = "the command 'airflow users'"
    of_scripts = "admin_user"


class PasswordUser(Base):
    """A user with a password, of 1.x."""

    instead = "the command 'airflow users'"
    of_scripts = "admin_password_user"


class Pool(Base):
    """A pool; its name for tasks that name none is here."""

    instead = "the command 'airflow pools', or the REST API (/api/v2/pools)"
    DEFAULT_POOL_NAME: ClassVar[str] = "default_pool"


class AssetModel(Base):
    """What is stored of an asset."""

    instead = "the REST API (GET /api/v2/assets)"


class DatasetModel(AssetModel):
    """``AssetModel`` under its name of Airflow 2.x."""


def expand_alias_to_assets(alias: Any, *_: Any, **__: Any) -> NoReturn:
    """Raises NoDatabase."""
    raise NoDatabase(
        f"Which assets stand behind {alias!r} only the metadata database knows, which DAG files and tasks "
        f"do not "
        "reach. Use the REST API (GET /api/v2/assets/aliases), or context['inlet_events'][AssetAlias(…)]."
    )


def clear_task_instances(*_: Any, **__: Any) -> NoReturn:
    """Raises NoDatabase."""
    raise NoDatabase(
        "clear_task_instances() needs the metadata database, which DAG files and tasks do not reach. Use the "
        "REST API (POST /api/v2/dags/{dag_id}/clearTaskInstances) or the command 'airflow tasks clear'."
    )
