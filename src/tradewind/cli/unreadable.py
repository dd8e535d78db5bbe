"""Why a DAG may not be found: a file that seems to define it cannot be imported."""

from __future__ import annotations

from tradewind.cli.bootstrap import App
from tradewind.domain.errors import DagNotFound, DatabaseError


def hint(error: Exception, app: App) -> str:
    """A line for each file that mentions the DAG's id and was refused; ``""`` for any other error."""
    if not isinstance(error, DagNotFound):
        return ""
    from tradewind.cli import dag_source  # the store: whoever starts other processes must not load it

    try:
        broken = dag_source.import_errors(app)
    except DatabaseError:
        return ""
    return "".join(
        f"\n{one.filename} mentions it, and cannot be imported: {one.stacktrace.partition(chr(10))[0]}"
        for one in broken
        if dag_source.mentions(one.filename, error.dag_id)
    )
