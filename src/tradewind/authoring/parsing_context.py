"""Why a DAG file is being imported: to learn all its DAGs, or to run one task of one of them.

A file that generates many DAGs may ask, and make only the one that is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class AirflowParsingContext(NamedTuple):
    """The DAG and task that the file is imported for; both None where all its DAGs are wanted."""

    dag_id: str | None = None
    task_id: str | None = None


_current = AirflowParsingContext()


def get_parsing_context() -> AirflowParsingContext:
    """The context of the import that runs now."""
    return _current


@contextmanager
def parsing_for(dag_id: str | None = None, task_id: str | None = None) -> Iterator[None]:
    """Imports in this block are for that DAG."""
    global _current  # noqa: PLW0603 - one process imports one DAG file at a time
    before, _current = _current, AirflowParsingContext(dag_id, task_id)
    try:
        yield
    finally:
        _current = before
