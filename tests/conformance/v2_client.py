"""The published client of Airflow 3 drives every operation of REST v2; a line for each, and the exit code.

``python -m tests.conformance.v2_client --url URL --user U --password P``, in an environment that has the
client, against a server that has read ``tests/conformance/dags``.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from typing import Any

from tests.conformance.client import VERSION, Client, token, until
from tests.conformance.v2 import administration, assets, dags, instances, runs

STORY: tuple[Callable[[Client], None], ...] = (
    dags.dags, dags.changes, dags.about, dags.import_errors, dags.favourites, dags.parsing_again,
    runs.triggering, runs.listing, runs.changing, runs.clearing, runs.partitions, runs.deleting,
    instances.listing, instances.tries, instances.links, instances.dependencies, instances.xcoms,
    instances.stored_states, instances.marking, instances.clearing, instances.in_bulk, instances.questions,
    assets.assets, assets.events, assets.queued, assets.materializing, assets.stored_states, dags.backfills,
    administration.pools, administration.variables, administration.connections, administration.installation,
    administration.jobs, administration.event_logs, administration.connection_tests,
)  # fmt: skip
ENDING: tuple[Callable[[Client], None], ...] = (
    dags.deleting, administration.logging_in, administration.logging_out,
)  # fmt: skip
GHOSTS: dict[str, Any] = {
    "dag_id": "ghost", "dag_run_id": "ghost", "task_id": "ghost", "group_id": "ghost", "xcom_key": "ghost",
    "key": "ghost", "pool_name": "ghost", "variable_key": "ghost", "connection_id": "ghost",
    "section": "ghost", "file_token": "ghost", "airflow_connection_test_token": "ghost", "asset_id": 987654,
    "asset_alias_id": 987654, "backfill_id": 987654, "event_log_id": 987654, "import_error_id": 987654,
}  # fmt: skip
"""What nobody ever made, by the names of arguments that say which thing is meant."""
OPEN = frozenset({"get_health", "get_version", "login", "logout"})
"""These ask for no token."""
FILTERED = frozenset(
    {
        "get_asset_events",
        "get_asset_queued_events",
        "get_dag_asset_queued_events",
        "get_jobs",
        "list_backfills",
        "get_hitl_details",
    }
)
"""The things that they name narrow a list, which may be empty."""


class Report:
    """What became of each operation."""

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}

    def tell(self, client: Client, chapter: Callable[[Client], None]) -> None:
        """One part of the story; what goes wrong is the fault of the operation that was called last."""
        before = len(client.called)
        try:
            chapter(client)
        except Exception as error:  # noqa: BLE001 - each part is told, and each fault is counted
            name = client.called[-1] if len(client.called) > before else chapter.__name__
            line = traceback.extract_tb(error.__traceback__)
            where = next((one for one in reversed(line) if "/conformance/v2/" in one.filename), line[-1])
            self.failures.setdefault(name, f"{getattr(error, 'body', None) or error!r} at {where.line}")

    def print(self, client: Client) -> int:
        """A line for each operation; 0 where all are well."""
        for name in sorted(client.names):
            if name in self.failures:
                print(f"FAILED   {name}: {self.failures[name]}")
            elif name in client.done:
                print(f"ok       {name}")
            else:
                print(f"UNDRIVEN {name}")
        undriven = set(client.names) - set(client.done) - set(self.failures)
        driven = len(client.done.keys() - self.failures.keys())
        print(
            f"apache-airflow-client {VERSION}: {driven} of {len(client.names)} operations driven, "
            f"{len(self.failures)} failed, {len(undriven)} not driven"
        )
        return 1 if self.failures or undriven else 0


def page(client: Client) -> None:
    """Every list that has pages: the first two entries, one at a time, are those of a page of two."""
    for name, arguments in list(client.done.items()):
        if "limit" in client.operations[name].__annotations__ and name != "patch_dags":
            plain = {key: value for key, value in arguments.items() if key in GHOSTS}
            two, first, second = (
                _entries(client.call(name, **plain, limit=limit, offset=offset))
                for limit, offset in ((2, 0), (1, 0), (1, 1))
            )
            assert two == first + second, f"{name}: {two} is not {first} and {second}"


def _entries(answer: Any) -> list[Any]:
    plain = getattr(answer, "actual_instance", None) or answer
    return [repr(entry) for entry in next(value for value in vars(plain).values() if isinstance(value, list))]


def ghosts(client: Client) -> None:
    """Every operation that names a thing refuses where there is none; nothing is made of it."""
    for name, arguments in list(client.done.items()):
        names = [key for key in arguments if key in GHOSTS and arguments[key] != "~"]
        if names and name not in FILTERED and not name.startswith("bulk_"):
            client.refused((400, 404), name, **arguments | {key: GHOSTS[key] for key in names})


def strangers(client: Client, anonymous: Client) -> None:
    """Without a token nothing is told and nothing is done."""
    for name, arguments in client.done.items():
        if name not in OPEN:
            client.called.append(name)
            anonymous.refused(401, name, **arguments)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--url", "--user", "--password"):
        parser.add_argument(option, required=True)
    given = parser.parse_args()
    client = Client(given.url, token(given.url, given.user, given.password))
    until(lambda: client.get_dags(dag_id_prefix_pattern="conform_").total_entries == 8)
    until(lambda: client.get_import_errors().total_entries == 1)
    report = Report()
    anonymous = Client(given.url, None)
    for chapter in (*STORY, page, ghosts, lambda one: strangers(one, anonymous), *ENDING):
        report.tell(client, chapter)
    return report.print(client)


if __name__ == "__main__":
    sys.exit(main())
