"""Airflow 1.x and 2.x spellings, turned into today's words before anything is parsed.

1.x has one flat word for each command and underscores in options; 2.x has today's groups with a few other
names. Flags that mean something else under an old word are translated here; those that only have another name
are declared as such beside today's, at the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

FLAT = {
    "initdb": "db init",
    "upgradedb": "db upgrade",
    "resetdb": "db reset",
    "checkdb": "db check",
    "shell": "db shell",
    "list_dags": "dags list",
    "list_dag": "dags list",
    "trigger_dag": "dags trigger",
    "delete_dag": "dags delete",
    "pause": "dags pause",
    "unpause": "dags unpause",
    "dag_state": "dags state",
    "list_dag_runs": "dags list-runs",
    "show_dag": "dags show",
    "next_execution": "dags next-execution",
    "backfill": "dags backfill",
    "list_tasks": "tasks list",
    "clear": "tasks clear",
    "test": "tasks test",
    "render": "tasks render",
    "task_state": "tasks state",
    "task_failed_deps": "tasks failed-deps",
    "rotate_fernet_key": "rotate-fernet-key",
    "create_user": "users create",
    "delete_user": "users delete",
    "list_users": "users list",
    "sync_perm": "sync-perm",
}
"""1.x word to today's."""

_RENAMED: dict[str, dict[str, str]] = {
    "clear": {"-c": "--yes", "--no-confirm": "--yes", "-xp": "-X", "-dx": "-R"},
    "test": {"-dr": "--dry-run", "-tp": "--task-params", "-pm": "--post-mortem"},
    "run": {"-int": "--interactive"},
    "backfill": {"-dr": "--dry-run"},
    "webserver": {"-hn": "--host"},
}
"""1.x options whose letters mean something else, or nothing, today."""

_GONE = {
    "worker": "Tasks run in the worker host that 'scheduler' starts; Celery workers are not there yet.",
    "flower": "Celery is not there yet, so there is nothing for flower to show.",
    "serve_logs": "Logs are served by 'api-server'.",
    "upgrade_check": "Old options and commands keep working; 'config lint' lists the old names in use.",
    "kerberos": "Kerberos tickets are not renewed yet.",
    "celery": "Celery is not there yet: tasks run in the worker host that 'scheduler' starts.",
    "permissions-cleanup": "What a DAG's file grants goes with the DAG; 'sync-perm' looks at all of them.",
    "teams": "A team is named by team_name of a bundle, in [dag_processor] dag_bundle_config_list.",
    **dict.fromkeys(
        (
            "db-manager", "edge", "fab-db", "jobs", "kubernetes",
            "providers", "config update", "dags list-jobs", "dags show-dependencies",
            "db clean", "db downgrade", "db drop-archived", "db export-archived",
            "connections test",
        ),
        "Airflow has it; Tradewind does not have it yet.",
    ),
}  # fmt: skip
"""Words that are understood but name nothing to run; the text says what there is instead."""


_BACKFILL = frozenset({"create", "list", "pause", "unpause", "cancel", "-h", "--help"})
"""What may follow the word that was a command of 1.x and is a group of 3.x; no DAG id by these names."""


def translate(argv: Sequence[str]) -> list[str]:
    """The same command line in today's words; what is today's already comes back unchanged."""
    if not argv:
        return []
    word, rest = argv[0], list(argv[1:])
    special = _SPECIAL.get(word)
    if special is not None:
        return special(rest)
    if word in FLAT and not (word == "backfill" and rest[:1] and rest[0] in _BACKFILL):
        return [*FLAT[word].split(), *_today(rest, word)]
    return [word, *_today(rest, word)]


def explain_gone(word: str) -> str | None:
    """What there is instead of a word that names nothing any more."""
    return _GONE.get(word)


def _today(rest: Sequence[str], word: str) -> list[str]:
    renamed = _RENAMED.get(word, {})
    return [renamed.get(option, option) for option in map(_dashes, rest)]


def _dashes(option: str) -> str:
    """``--task_regex=a_b`` as ``--task-regex=a_b``."""
    if not option.startswith("--"):
        return option
    name, sign, value = option.partition("=")
    return name.replace("_", "-") + sign + value


def _run(rest: list[str]) -> list[str]:
    """``run FILE`` is ours; ``run DAG TASK DATE`` is 1.x."""
    options = {item.partition("=")[0] for item in rest if item.startswith("-")}
    first = next((item for item in rest if not item.startswith("-")), "")
    is_file = first.endswith((".py", ".zip")) or "/" in first or Path(first).is_file()
    if options & {"-sd", "--subdir", "-S"}:  # its path is not the file that is meant
        is_file = False
    if is_file or "--dag-id" in options or rest in ([], ["-h"], ["--help"]):
        return ["run", *rest]
    return ["tasks", "run", *_today(rest, "run")]


def _config(rest: list[str]) -> list[str]:
    """1.x ``config`` had no subcommands."""
    if (rest and not rest[0].startswith("-")) or rest[:1] in (["-h"], ["--help"]):
        return ["config", *_today(rest, "config")]
    return ["config", "list", *_today(rest, "config")]


def _by_flag(group: str, flags: dict[str, str]) -> Callable[[list[str]], list[str]]:
    """1.x ``variables -s KEY VALUE``: the action was a flag."""

    def turn(rest: list[str]) -> list[str]:
        rest = _today(rest, group)
        for index, item in enumerate(rest):
            if item in flags:
                return [group, flags[item], *rest[:index], *rest[index + 1 :]]
        return [group, *rest]

    def choose(rest: list[str]) -> list[str]:
        return turn(rest) if rest and rest[0].startswith("-") else [group, *_today(rest, group)]

    return choose


def _connections(rest: list[str]) -> list[str]:
    """1.x ``connections -a --conn_id ID …``: the id was an option."""
    words = _by_flag("connections", _CONNECTION_FLAGS)(rest)
    if words[1:2] in (["add"], ["delete"]) and "--conn-id" in words:
        at = words.index("--conn-id")
        return [*words[:2], *words[at + 1 : at + 2], *words[2:at], *words[at + 2 :]]
    return words


_COMMON_FLAGS = {
    "-s": "set", "--set": "set", "-g": "get", "--get": "get", "-x": "delete", "--delete": "delete",
    "-i": "import", "--import": "import", "-e": "export", "--export": "export",
}  # fmt: skip
_CONNECTION_FLAGS = {
    "-l": "list", "--list": "list", "-a": "add", "--add": "add", "-d": "delete", "--delete": "delete",
}  # fmt: skip
_USER_FLAGS = {
    "-l": "list", "--list": "list", "-c": "create", "--create": "create", "-d": "delete",
    "--delete": "delete", "--add-role": "add-role", "--remove-role": "remove-role", "-i": "import",
    "--import": "import", "--export": "export",
}  # fmt: skip
_ROLE_FLAGS = {"-l": "list", "--list": "list", "-c": "create", "--create": "create"}
_SPECIAL: dict[str, Callable[[list[str]], list[str]]] = {
    "run": _run,
    "config": _config,
    "pool": _by_flag("pools", _COMMON_FLAGS),
    "variables": _by_flag("variables", _COMMON_FLAGS),
    "connections": _connections,
    "users": _by_flag("users", _USER_FLAGS),
    "roles": _by_flag("roles", _ROLE_FLAGS),
}
