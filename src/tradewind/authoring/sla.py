"""SLAs, as Airflow 1.x and 2.x had them: ``sla=`` of tasks, ``sla_miss_callback`` of DAGs, and a mail."""

from __future__ import annotations

import html
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tradewind.authoring import calling


class SlaMiss:
    """A row of ``sla_miss``."""

    email_sent = notification_sent = False
    description: str | None = None

    def __init__(self, dag_id: str, task_id: str, execution_date: Any, timestamp: Any) -> None:
        self.dag_id, self.task_id = dag_id, task_id
        self.execution_date, self.timestamp = execution_date, timestamp

    def __repr__(self) -> str:
        return f"<SlaMiss {self.dag_id}.{self.task_id} {self.execution_date}>"


def missed(dag: Any, instances: Mapping[str, Any], date: Any, told: Mapping[str, Any]) -> None:
    """Call ``sla_miss_callback(dag, task_list, blocking_task_list, slas, blocking_tis)`` and send the mail.

    ``instances`` has the task instance of each task id in ``told``. What the callback raises is logged, and
    the mail is sent all the same. Raises what sending raises.
    """
    timestamp = datetime.fromisoformat(str(told["timestamp"]))
    slas = [SlaMiss(dag.dag_id, task_id, date, timestamp) for task_id in told["late"]]
    blocking = [instances[task_id] for task_id in told["blocking"] if task_id in instances]
    task_list = "\n".join(f"{sla.task_id} on {date.isoformat()}" for sla in slas)
    blocking_list = "\n".join(f"{ti.task_id} on {date.isoformat()}" for ti in blocking)
    given = dag.sla_miss_callback
    for callback in given if isinstance(given, (list, tuple)) else [given]:
        if callback is None:
            continue
        try:
            calling.call(callback, (dag, task_list, blocking_list, slas, blocking), {})
        except (Exception, SystemExit):  # the others, and the mail, are for other people
            logging.getLogger("airflow.task").exception(
                "The SLA callback %s failed.", getattr(callback, "__name__", callback)
            )
    _mail(dag, task_list, blocking_list)


def _mail(dag: Any, task_list: str, blocking_list: str) -> None:
    addresses = {address: None for task in dag.tasks if task.email for address in task.emails}
    if not addresses:
        return
    from tradewind.authoring import mail  # smtplib is heavy

    body = (
        f"These tasks of {html.escape(dag.dag_id)} missed their SLA:<br>\n"
        f"<pre>{html.escape(task_list)}</pre>\n"
        f"These have not succeeded yet:<br>\n<pre>{html.escape(blocking_list)}</pre>\n"
    )
    mail.send_email(list(addresses), f"[airflow] SLA miss on DAG={dag.dag_id}", body)
