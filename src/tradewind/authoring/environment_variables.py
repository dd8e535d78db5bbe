"""``AIRFLOW_CTX_…``: what commands that a task starts may know of it."""

from __future__ import annotations

from typing import Any, Final

from tradewind.authoring import local_settings

AIRFLOW_VAR_NAME_FORMAT_MAPPING: Final = {
    f"AIRFLOW_CONTEXT_{name}": {
        "default": f"airflow.ctx.{name.lower()}",
        "env_var_format": f"AIRFLOW_CTX_{name}",
    }
    for name in (
        *("DAG_ID", "TASK_ID", "EXECUTION_DATE", "LOGICAL_DATE", "TRY_NUMBER", "DAG_RUN_ID"),
        *("DAG_OWNER", "DAG_EMAIL", "TEAM_NAME"),
    )
}


def of(context: Any) -> dict[str, str]:
    """The variables of the running task; empty ones (``TEAM_NAME``: there are no teams) are left out."""
    return context_to_airflow_vars(context, in_env_var_format=True)


def context_to_airflow_vars(context: Any, in_env_var_format: bool = False) -> dict[str, str]:
    """The same under the names of environment variables, or of settings (``airflow.ctx.dag_id``).

    What the deployment adds (``local_settings.context_vars``, whose errors this raises) changes none of them.
    """
    prefix, spelled = ("AIRFLOW_CTX_", str.upper) if in_env_var_format else ("airflow.ctx.", str.lower)
    added = {
        name if name.startswith(prefix) else prefix + (name.upper() if in_env_var_format else name): value
        for name, value in local_settings.context_vars(context).items()
    }
    return added | {prefix + spelled(name): value for name, value in _values(context).items() if value}


def _values(context: Any) -> dict[str, str]:
    ti = context.get("ti") if hasattr(context, "get") else None
    if ti is None:
        return {}
    task = ti.task
    date = getattr(getattr(ti.dag_run, "dates", None), "logical_date", None)
    date_text = date.isoformat() if date is not None else ""
    return {
        "DAG_ID": ti.dag_id,
        "TASK_ID": ti.task_id,
        "EXECUTION_DATE": date_text,
        "LOGICAL_DATE": date_text,
        "TRY_NUMBER": str(ti.try_number),
        "DAG_RUN_ID": ti.run_id,
        "DAG_OWNER": str(task.owner),
        "DAG_EMAIL": ",".join(task.emails),
    }
