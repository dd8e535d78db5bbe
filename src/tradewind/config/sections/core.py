"""[core]"""

# ruff: noqa: RUF009 - option() only declares a field

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tradewind.config.option import option
from tradewind.domain.spec.mapping import MAX_MAP_LENGTH

EXECUTORS = (
    "LocalExecutor",
    "SequentialExecutor",
    "DebugExecutor",
    "CeleryExecutor",
    "KubernetesExecutor",
    "CeleryKubernetesExecutor",
    "LocalKubernetesExecutor",
    "DaskExecutor",
    "EdgeExecutor",
)
ONE_SLOT = frozenset({"SequentialExecutor", "DebugExecutor"})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Core:
    """What holds for every part."""

    dags_folder: Path = option("{AIRFLOW_HOME}/dags", "Folder that is searched for DAG files.")
    plugins_folder: Path = option("{AIRFLOW_HOME}/plugins", "Folder that is searched for plugins.")
    executor: tuple[str, ...] = option(
        "LocalExecutor", "Where tasks run; a comma list allows several, the first is the default."
    )
    parallelism: int = option("32", "Tasks that may run at once, for each scheduler.", minimum=0)
    max_active_tasks_per_dag: int = option("16", "Default of a DAG's max_active_tasks.", minimum=1)
    max_active_runs_per_dag: int = option("16", "Default of a DAG's max_active_runs.", minimum=1)
    max_consecutive_failed_dag_runs_per_dag: int = option(
        "0", "Pause a DAG after so many failed runs in a row; 0 never does.", minimum=0
    )
    dags_are_paused_at_creation: bool = option("True", "New DAGs start paused.")
    load_examples: bool = option("True", "Show the DAGs that come with the installation.")
    default_timezone: str = option("utc", "Time zone of dates that name none.", is_time_zone=True)
    fernet_key: str = option(
        "", "Encrypts connections and variables; a comma list rotates keys, newest first.", sensitive=True
    )
    dagbag_import_timeout: float = option("30.0", "Seconds that importing one DAG file may take.", minimum=0)
    dag_discovery_safe_mode: bool = option("True", "Only read files that mention both 'dag' and 'airflow'.")
    dag_ignore_file_syntax: str = option("glob", "Syntax of .airflowignore.", choices=("glob", "regexp"))
    default_task_retries: int = option("0", "Retries of a task that sets none.", minimum=0)
    default_task_retry_delay: int = option(
        "300", "Seconds between tries of a task that sets none.", minimum=0
    )
    max_task_retry_delay: int = option("86400", "Longest delay between tries, in seconds.", minimum=0)
    default_task_execution_timeout: int | None = option(
        None, "Seconds a task may run that sets no execution_timeout.", minimum=1
    )
    default_task_weight_rule: str = option(
        "downstream",
        "How priority weights add up.",
        choices=("downstream", "upstream", "absolute"),
        open_choices=True,
    )
    execute_tasks_new_python_interpreter: bool = option("False", "Start a fresh interpreter for each task.")
    killed_task_cleanup_time: int = option("60", "Seconds between SIGTERM and SIGKILL of a task.", minimum=0)
    task_success_overtime: float = option(
        "20", "Seconds that the callbacks of a task may take after it succeeded.", minimum=0
    )
    default_impersonation: str = option("", "User that tasks run as unless they name one.")
    default_pool_task_slot_count: int = option(
        "128", "Slots of default_pool when the database is made.", minimum=-1
    )
    max_map_length: int = option(
        str(MAX_MAP_LENGTH), "Longest list that a task may be mapped over.", minimum=1
    )
    max_templated_field_length: int = option(
        "4096", "Longest rendered field that is kept for people.", minimum=0
    )
    num_dag_runs_to_retain_rendered_fields: int = option(
        "30", "Runs whose rendered fields are kept.", minimum=0
    )
    dag_run_conf_overrides_params: bool = option(
        "True", "A run's conf replaces the DAG's params of the same name."
    )
    hide_sensitive_var_conn_fields: bool = option(
        "True", "Mask values whose name says password, secret, token, …"
    )
    sensitive_var_conn_names: tuple[str, ...] = option("", "More names whose values are masked.")
    daemon_umask: int = option("0o077", "umask of daemons.", minimum=0, maximum=0o777)
    hostname_callable: str = option("socket.getfqdn", "What names this machine.")
    execution_api_server_url: str = option("", "Where workers on other machines reach the API server.")
    auth_manager: str = option("", "SimpleAuthManager, or FabAuthManager for users in the tables only.")
    simple_auth_manager_users: str = option("admin:admin", "user:role pairs of the built-in login, by comma.")
    simple_auth_manager_all_admins: bool = option("False", "Nobody logs in; everybody is an admin.")
    simple_auth_manager_passwords_file: str = option("", "Where generated passwords are kept.")
    unit_test_mode: bool = option("False", "Set by test suites.")
    security: str = option("", "'kerberos' turns on ticket renewal.")
    test_connection: str = option(
        "Disabled", "Test button for connections.", choices=("Disabled", "Enabled", "Hidden")
    )

    @property
    def slots(self) -> int:
        """How many tasks the default executor runs at once."""
        if self.executor and self.executor[0].rsplit(":", 1)[-1].rsplit(".", 1)[-1] in ONE_SLOT:
            return 1
        return self.parallelism or 1024

    @property
    def passwords_file(self) -> str:
        """The configured passwords file, or an empty string for the one in the home."""
        return self.simple_auth_manager_passwords_file
