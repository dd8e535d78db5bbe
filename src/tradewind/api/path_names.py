"""Names in paths: what may stand there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tradewind.api import problems
from tradewind.domain import errors, keys

ANY: Final = "~"
"""In a path: every DAG, every run."""
_GRAMMAR: Final[dict[str, Callable[[object], Any]]] = {
    "dag_id": keys.check_dag_id,
    "dag_run_id": keys.check_run_id,
    "task_id": keys.check_task_id,
    "pool_name": keys.check_pool_name,
    "webhook_name": keys.check_webhook_name,
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}")
NUMBERS: Final = frozenset(
    {
        "map_index",
        "try_number",
        "task_try_number",
        "import_error_id",
        "event_log_id",
        "version_number",
        "backfill_id",
        "asset_id",
        "asset_alias_id",
        "token_id",
    }
)


def checked(path: Mapping[str, str], *, wildcard: bool) -> Mapping[str, str]:
    """Ids in the path follow the grammar; what does not cannot exist. Raises NotFound or Unprocessable."""
    for name, value in path.items():
        if name in NUMBERS and not _NUMBER.fullmatch(value):
            raise problems.Unprocessable(
                problems.Problem(
                    type="int_parsing", loc=("path", name), msg="Input should be a valid integer", input=value
                )
            )
        if "\0" in value:
            raise errors.NotFound(f"There is no {name} {value!r}: leave out the NUL character.")
        check = _GRAMMAR.get(name)
        if check is None or (wildcard and value == ANY):
            continue
        try:
            check(value)
        except errors.InvalidId as error:
            raise errors.NotFound(str(error)) from error
    return path
