"""``tasks render``: shows a task's templates with their values, and runs nothing."""

from __future__ import annotations

import os
import socket
from typing import Any

from tradewind import secrets
from tradewind.client.access import LinkBackend
from tradewind.domain.errors import TaskNotFound
from tradewind.domain.messages.assignment import Assignment
from tradewind.runtime.clock import SystemClock
from tradewind.secrets import Chain
from tradewind.telemetry.masking import MASKER
from tradewind.testing.dag_test import new_attempt, run_context
from tradewind.testing.local import lookup
from tradewind.testing.local.desk import Desk, DeskLink
from tradewind.testing.local.screen import say
from tradewind.testing.run_file import Request, load

RULE = "# " + "-" * 58


def run(request: Request) -> int:
    """Print each template field. Raises FileBroken, TaskNotFound, and what a template raises."""
    clock = SystemClock()
    chain = lookup.chain(files=request.files)
    secrets.use(chain)
    dag = load(request)
    from tradewind.authoring import execution  # user code's floor, loaded with the file
    from tradewind.authoring.task_run import TaskRun
    from tradewind.authoring.to_spec import to_spec

    if request.task_id not in dag.task_dict:
        raise TaskNotFound(dag.dag_id, str(request.task_id), dag.task_dict)
    context = run_context(
        to_spec(dag), clock, timetable=dag.timetable, logical_date=request.logical_date, conf=request.conf
    )
    assignment = Assignment(
        attempt_id=new_attempt(clock.now()),
        dispatch=1,
        task_id=str(request.task_id),
        map_index=request.map_index,
        try_number=1,
        run=context,
        file=request.file,
        log_path="",
    )
    desk = Desk(context, dag, chain=chain, tell=say)
    link = DeskLink(assignment, desk)
    secrets.use(Chain([*chain.backends, LinkBackend(link)]))
    ti = TaskRun(
        assignment, dag.task_dict[request.task_id], link, hostname=socket.gethostname(), pid=os.getpid(),
        start_date=clock.now(),
    )  # fmt: skip
    task, values = execution.prepare(ti)
    execution.render(task, values)
    for name in getattr(task, "template_fields", ()):
        say(f"{RULE}\n# property: {name}\n{RULE}\n{_text(getattr(task, name, None))}\n")
    return 0


def _text(value: Any) -> str:
    return MASKER.mask(str(MASKER.redact(value)))
