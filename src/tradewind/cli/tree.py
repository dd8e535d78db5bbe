"""Every command: its words, where it lives, one line on what it does. Loads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Leaf(NamedTuple):
    """One command. ``home`` is ``file:function`` below ``cli/commands``; hidden ones are not listed."""

    path: str
    home: str
    text: str
    hidden: bool = False


LEAVES: tuple[Leaf, ...] = (
    Leaf("standalone", "standalone:standalone", "Run everything in one terminal"),
    Leaf("run", "run_file:run_file", "Run one DAG file to its end, without any service"),
    Leaf("scheduler", "services:scheduler", "Start a scheduler, with worker host and DAG processor"),
    Leaf("api-server", "services:api_server", "Start the API server"),
    Leaf("webserver", "services:api_server", "As api-server, by its older name", True),
    Leaf("dag-processor", "services:dag_processor", "Start a DAG processor by itself"),
    Leaf("triggerer", "services:triggerer", "Start a triggerer by itself, for deferred tasks"),
    Leaf(
        "triggerer-runner", "internal:triggerer_runner", "What triggers run in; the triggerer starts it", True
    ),
    Leaf("worker-host", "internal:worker_host", "What runs tasks; the scheduler starts it", True),
    Leaf("data-server", "internal:data_server", "What answers tasks; the scheduler starts it", True),
    Leaf("lookup-server", "internal:lookup_server", "Answers a local run's questions", True),
    Leaf(
        "dag-importer", "internal:dag_importer", "What imports DAG files; the DAG processor starts it", True
    ),
    Leaf("first-run", "internal:first_run", "What standalone --first-run shows", True),
    Leaf("version", "info:version", "Show the version"),
    Leaf("info", "info:info", "Show what runs here and where its files are"),
    Leaf("plugins", "plugins:dump", "Show plug-ins, and why one cannot be loaded"),
    Leaf("cheat-sheet", "info:cheat_sheet", "Show the commands that are used most"),
    Leaf("config get-value", "config:get_value", "Print the value of an option"),
    Leaf("config list", "config:list_options", "List options with their values and where those came from"),
    Leaf("config lint", "config:lint", "Check the configuration"),
    Leaf("db migrate", "db:migrate", "Bring the database to this version; makes a new one"),
    Leaf("db init", "db:migrate", "As db migrate, by its older name", True),
    Leaf("db upgrade", "db:migrate", "As db migrate, by its older name", True),
    Leaf("db reset", "db:reset", "Throw everything away and make the database anew"),
    Leaf("db check", "db:check", "Check that the database can be reached"),
    Leaf("db check-migrations", "db:check_migrations", "Wait until the database is at this version"),
    Leaf("db shell", "db:shell", "Open the database's own shell"),
    Leaf("dags list", "dags:list_dags", "List all the DAGs"),
    Leaf("dags details", "dags:details", "Show everything about a DAG"),
    Leaf("dags show", "dags:show", "Show a DAG's tasks and what they wait for"),
    Leaf("dags list-import-errors", "dags:list_import_errors", "List the DAG files that cannot be imported"),
    Leaf("dags report", "dags:report", "Read every DAG file and show how long it took"),
    Leaf("dags reserialize", "dags:reserialize", "Read every DAG file and store its DAGs again"),
    Leaf("dags pause", "dags:pause", "Pause DAGs: their runs wait"),
    Leaf("dags unpause", "dags:unpause", "Let DAGs run again"),
    Leaf("dags delete", "dags:delete", "Delete a DAG with all its runs from the database"),
    Leaf("dags next-execution", "dags:next_execution", "Show when a DAG runs next"),
    Leaf("dags trigger", "dag_runs:trigger", "Ask for a run of a DAG"),
    Leaf("dags list-runs", "dag_runs:list_runs", "List the runs of a DAG"),
    Leaf("dags state", "dag_runs:state", "Show the state of a run"),
    Leaf("dags clear", "dag_runs:clear", "Let whole runs run again"),
    Leaf("dags test", "dag_runs:test", "Run a DAG once, here and now, without recording it"),
    Leaf("dags backfill", "dags_backfill:backfill", "Run a DAG for past dates and wait for it", True),
    Leaf("backfill create", "backfill:create", "Run a DAG for past dates"),
    Leaf("backfill list", "backfill:list_backfills", "List backfills"),
    Leaf("backfill pause", "backfill:pause", "Start no more runs of a backfill"),
    Leaf("backfill unpause", "backfill:unpause", "Start the runs of a backfill again"),
    Leaf("backfill cancel", "backfill:cancel", "End a backfill; runs that have not started fail"),
    Leaf("tasks list", "tasks:list_tasks", "List the tasks of a DAG"),
    Leaf("tasks clear", "tasks:clear", "Let task instances run again"),
    Leaf("tasks state", "tasks:state", "Show the state of a task instance"),
    Leaf("tasks states-for-dag-run", "tasks:states_for_dag_run", "Show the states of all tasks of a run"),
    Leaf("tasks logs", "task_logs:logs", "Show what tasks printed"),
    Leaf("tasks failed-deps", "tasks:failed_deps", "Show what a task instance waits for"),
    Leaf("tasks render", "task_runs:render", "Show a task's templates with their values"),
    Leaf("tasks test", "task_runs:test", "Run one task, here and now, without recording it"),
    Leaf("tasks run", "task_runs:run", "Run one task instance and record it", True),
    Leaf("assets list", "assets:list_assets", "List assets"),
    Leaf("assets details", "assets:details", "Show an asset"),
    Leaf("assets materialize", "assets:materialize", "Run the DAG that updates an asset"),
    Leaf("partitions clear", "partitions:clear", "Have runs forget which partition they are for"),
    Leaf("pools list", "pools:list_pools", "List pools"),
    Leaf("pools get", "pools:get", "Show a pool"),
    Leaf("pools set", "pools:set_pool", "Make or change a pool"),
    Leaf("pools delete", "pools:delete", "Delete a pool"),
    Leaf("pools import", "pools:import_file", "Read pools from a JSON file"),
    Leaf("pools export", "pools:export_file", "Write all pools to a JSON file"),
    Leaf("variables list", "variables:list_variables", "List variables"),
    Leaf("variables get", "variables:get", "Print a variable"),
    Leaf("variables set", "variables:set_variable", "Make or change a variable"),
    Leaf("variables delete", "variables:delete", "Delete a variable"),
    Leaf("variables import", "variables:import_file", "Read variables from a file"),
    Leaf("variables export", "variables:export_file", "Write all variables to a JSON file"),
    Leaf("connections list", "connections:list_connections", "List connections"),
    Leaf("connections get", "connections:get", "Show a connection"),
    Leaf("connections add", "connections:add", "Add a connection"),
    Leaf("connections test", "connections:test", "Try a connection out"),
    Leaf("connections delete", "connections:delete", "Delete a connection"),
    Leaf("connections import", "connections:import_file", "Read connections from a file"),
    Leaf("connections export", "connections:export_file", "Write all connections to a file"),
    Leaf("webhooks list", "webhooks:list_webhooks", "List webhooks"),
    Leaf("webhooks create", "webhooks:create", "Let events from outside start a DAG"),
    Leaf("webhooks rotate", "webhooks:rotate", "Give a webhook another secret"),
    Leaf("webhooks delete", "webhooks:delete", "Delete a webhook"),
    Leaf("users list", "users:list_users", "List users"),
    Leaf("users create", "users:create", "Make a user"),
    Leaf("users delete", "users:delete", "Delete a user"),
    Leaf("users activate", "users:activate", "Let a user log in again"),
    Leaf("users deactivate", "users:deactivate", "Keep a user out, and end their tokens"),
    Leaf("users reset-password", "users:reset_password", "Give a user another password"),
    Leaf("users add-role", "users:add_role", "Give a user a role"),
    Leaf("users remove-role", "users:remove_role", "Take a role from a user"),
    Leaf("users import", "users:import_file", "Read users from a JSON file"),
    Leaf("users export", "users:export_file", "Write all users to a JSON file"),
    Leaf("roles list", "roles:list_roles", "List roles"),
    Leaf("roles create", "roles:create", "Make roles"),
    Leaf("roles delete", "roles:delete", "Delete roles"),
    Leaf("roles add-perms", "roles:add_perms", "Let roles do something"),
    Leaf("roles del-perms", "roles:del_perms", "Take something from roles"),
    Leaf("roles import", "roles:import_file", "Read roles from a JSON file"),
    Leaf("roles export", "roles:export_file", "Write roles to a JSON file"),
    Leaf("groups create", "groups:create", "Make a group of users"),
    Leaf("groups list", "groups:list_groups", "List groups, their roles and their users"),
    Leaf("groups delete", "groups:delete", "Delete a group; its users stay"),
    Leaf("groups add-user", "groups:add_user", "Put a user into a group"),
    Leaf("groups remove-user", "groups:remove_user", "Take a user out of a group"),
    Leaf("groups add-role", "groups:add_role", "Give roles to everybody in a group"),
    Leaf("groups remove-role", "groups:remove_role", "Take roles from a group"),
    Leaf("service-accounts create", "service_accounts:create", "Make a name for a program that uses the API"),
    Leaf("service-accounts list", "service_accounts:list_accounts", "List service accounts"),
    Leaf("service-accounts delete", "service_accounts:delete", "Delete one, and end its tokens"),
    Leaf("tokens create", "service_accounts:create_token", "Make a token for a service account"),
    Leaf("tokens list", "service_accounts:list_tokens", "List tokens, and when they were used last"),
    Leaf("tokens revoke", "service_accounts:revoke_token", "End a token"),
    Leaf("audit export", "audit:export_file", "Write the audit log to a file"),
    Leaf("sync-perm", "roles:sync_perm", "Write down anew what DAG files grant to roles"),
    Leaf(
        "connections create-default-connections",
        "connections:create_defaults",
        "Add the connections that a new Airflow comes with",
    ),
    Leaf(
        "rotate-fernet-key", "connections:rotate_key", "Encrypt connections and variables with the newest key"
    ),
)

GROUPS = {
    "config": "Look at the configuration",
    "db": "Make and look after the database",
    "dags": "See, trigger, pause and test DAGs",
    "backfill": "Run DAGs for past dates",
    "tasks": "See, clear and test tasks",
    "assets": "What tasks update and DAGs wait for",
    "partitions": "Which parts of the data runs are for",
    "pools": "Limit how many tasks use a thing at once",
    "variables": "Values that DAGs read",
    "connections": "How DAGs reach other systems",
    "webhooks": "Events from outside that start DAGs",
    "users": "People who may log in",
    "roles": "What people may do",
    "groups": "People who have roles together",
    "service-accounts": "Programs that use the API",
    "tokens": "What those programs prove who they are with",
    "audit": "Who did what, when, from where",
}

_BY_PATH = {leaf.path: leaf for leaf in LEAVES}


def find(words: Iterable[str]) -> Leaf | None:
    """The command that these words are, exactly."""
    return _BY_PATH.get(" ".join(words))


def below(group: str) -> list[Leaf]:
    """The commands of a group."""
    return [leaf for leaf in LEAVES if leaf.path.startswith(f"{group} ")]


def is_group(word: str) -> bool:
    """Whether the word is the name of a group."""
    return word in GROUPS
