"""docs/reference/compatibility.md lists what is not built yet; here it is held against the table.

``python -m tests.compat.imports.test_page`` writes the lists anew.
"""

from __future__ import annotations

from pathlib import Path

from airflow._face import core, legacy, providers, sdk, table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "compatibility.md"
MARK = "<!-- what follows is written by tests/compat/imports/test_page.py -->\n"
LISTS = (
    (
        "3.x",
        {**sdk.PATHS, **{path: words for path, words in providers.PATHS.items() if ".standard." in path}},
    ),
    ("2.x", core.PATHS),
    ("1.x", legacy.PATHS),
)


_TABLES = "Airflow's tables are not here; Tradewind has its own"
_COMMANDS = "a part of Airflow's commands; Tradewind has its own"
WHY = {
    "BaseDagBundle": "DAGs come from the DAGs folder only, yet",
    "DBDagBag": "DAGs of the database are the REST API's",
    "DBLocks": _TABLES,
    "create_global_lock": _TABLES,
    "StringID": _TABLES,
    "naming_convention": _TABLES,
    "get_bagged_dag": _COMMANDS,
    "get_dag": _COMMANDS,
    "setup_locations": _COMMANDS,
    "set_component_mp_start_method": "Tradewind starts its processes in its own way",
    "LdapUser": "people of a directory log in without a class of their own",
    "RunningRetryAttemptType": "a part of Airflow's executors; they have another interface here",
    "supervise": "starts Airflow's own task process, which the worker host does here",
}
"""Name to the reason."""


def lists() -> str:
    """The names that Airflow has and Tradewind does not have, by age and path, each with the reason."""
    parts = []
    for age, paths in LISTS:
        rows = []
        for path in sorted(paths):
            missing = sorted(name for name, place in table.names(path).items() if place is None)
            for why in sorted({WHY[name] for name in missing}):
                named = ", ".join(f"`{name}`" for name in missing if WHY[name] == why)
                rows.append(f"| `{path}` | {named} | {why} |")
        parts.append(
            "\n".join([f"### Paths of {age}\n", "| Path | Not there | Why |", "|---|---|---|", *rows])
        )
    return "\n" + "\n\n".join([*parts, areas()]) + "\n"


def areas() -> str:
    """Packages of which only the modules that stand elsewhere on the page are here, with what they are."""
    rows = [f"| `{path}` | {what} |" for path, what in sorted(legacy.NOT_BUILT.items())]
    head = (
        "### Parts of Airflow itself\n\n"
        "An import of anything in them that Tradewind does not have says so. Programs that extend Airflow's\n"
        "servers need them; DAG files do not.\n"
    )
    return "\n".join([head, "| Path | What it is |", "|---|---|", *rows])


def test_reasons_are_given_for_what_is_missing_only() -> None:
    missing = {
        name for _, paths in LISTS for path in paths for name, place in table.names(path).items() if not place
    }
    assert missing == set(WHY)


def test_the_page_lists_what_is_missing() -> None:
    assert PAGE.read_text().partition(MARK)[2] == lists(), "run: python -m tests.compat.imports.test_page"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text().partition(MARK)[0] + MARK + lists())
