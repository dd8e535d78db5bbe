"""Imports a DAG file, in a parent or in a fresh interpreter."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import signal
import time
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any, Final

import msgspec

from tradewind.client import access
from tradewind.domain.errors import AirflowTaskTimeout
from tradewind.domain.messages import runner as messages
from tradewind.runtime import plugins
from tradewind.runtime.clock import Clock
from tradewind.worker import hazards, stamps

OUTPUT_LIMIT: Final = 64 * 1024


class DagFile(msgspec.Struct, kw_only=True):
    """What importing the file gave."""

    dags: dict[str, Any] = {}
    errors: tuple[str, ...] = ()
    """Why the file, or one of its DAGs, cannot be used."""
    output: str = ""
    """What importing it printed, cut."""


class Loaded(msgspec.Struct, kw_only=True):
    """A DagFile with what only the parent needs."""

    file: DagFile
    stamps: tuple[messages.Stamp, ...]
    hazards: tuple[str, ...]
    seconds: float


EMPTY: Final = DagFile()


def load(start: messages.StartParent, settings: messages.TaskSettings, clock: Clock) -> Loaded:
    """Import the file, with variables and connections at hand for its top-level code. Never raises.

    Where it has no name (callbacks that belong to no DAG), there is nothing to import.
    """
    from tradewind.authoring import loader  # user code's floor; a host must never load it

    load_ahead()
    if not start.path:
        return Loaded(file=EMPTY, stamps=(), hazards=(), seconds=0.0)

    before = hazards.descriptors()
    began = clock.monotonic()
    began_ns = time.time_ns()
    link = access.open_link(settings, start.attempt_id, start.dispatch, clock)
    output = io.StringIO()
    file = DagFile()
    imported: tuple[str, ...] = ()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            with access.given(link, settings), _time_limit(settings.import_timeout, start.path):
                found = loader.load_file(start.path, settings.dags_folder, safe_mode=False)
            file = DagFile(
                dags={dag.dag_id: dag for dag in found.dags},
                errors=tuple(_describe(error) for error in found.errors),
            )
            imported = tuple(found.imported)
        except BaseException as error:  # noqa: BLE001 - whatever a DAG file raises is reported by its tasks
            file = DagFile(errors=(_describe(error),))
        finally:
            link.close()
    file.output = output.getvalue()[:OUTPUT_LIMIT]
    seen = tuple(stamps.stamp(path, began_ns) for path in dict.fromkeys((_on_disk(start.path), *imported)))
    return Loaded(
        file=file, stamps=seen, hazards=hazards.found_since(before), seconds=clock.monotonic() - began
    )


def has_templates(file: DagFile) -> bool:
    """Whether a task of the file may have to render a template."""
    from tradewind.authoring.templating import render  # user code's floor, as above

    return any(render.may_need_jinja(task) for dag in file.dags.values() for task in dag.tasks)


def _describe(error: Any) -> str:
    if isinstance(error, BaseException):
        return "".join(traceback.format_exception(error)).rstrip()
    text = str(getattr(error, "message", error))
    trace = str(getattr(error, "traceback", ""))
    return f"{text}\n{trace}".rstrip()


def _on_disk(path: str) -> str:
    """The file to watch: of ``x.zip/dag.py`` the archive."""
    head, mark, _ = path.partition(".zip" + os.sep)
    return head + ".zip" if mark else path


@contextlib.contextmanager
def _time_limit(seconds: float, path: str) -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise AirflowTaskTimeout(
            f"importing {path} took longer than {seconds:g} s ([core] dagbag_import_timeout)"
        )

    old = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


_AHEAD: Final = (
    *("accessors", "context", "context_values", "environment_variables", "execution", "loader", "neighbours"),
    *(
        "params",
        "serde",
        "shell",
        "skipping",
        "task_run",
        "templating.render",
        "xcom_pulling",
    ),
)
"""Modules of ``tradewind.authoring`` that tasks load where they need them."""


def load_ahead() -> None:
    """Load what tasks need, so that no task process has to."""
    for name in _AHEAD:
        importlib.import_module(f"tradewind.authoring.{name}")
    plugins.entry_points()
