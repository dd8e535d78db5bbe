"""[scheduler]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scheduler:
    """The scheduler. Times are seconds."""

    lost_attempt_limit: int = option(
        "3",
        "How often an attempt whose end nobody recorded is repeated before it counts as failed.",
        minimum=0,
    )
    scheduler_heartbeat_sec: float = option("5", "Time between signs of life.", minimum=0.1)
    scheduler_health_check_threshold: float = option(
        "30", "Without a sign of life for so long it counts as dead."
    )
    task_instance_heartbeat_timeout: float = option(
        "300", "A running task whose host is silent for so long counts as lost.", minimum=1
    )
    task_queued_timeout: float = option("600.0", "A task queued for so long is handed out again.", minimum=1)
    num_runs: int = option("-1", "Leave after so many turns; -1 runs on.", minimum=-1)
    only_idle: bool = option("false", "Count only idle turns for num_runs.")
    scheduler_idle_sleep_time: float = option("1", "Safety net under wake-ups.", minimum=0.01)
    catchup_by_default: bool | None = option(
        None, "Default of a DAG's catchup; not set: True with schedule_interval, False with schedule."
    )
    create_cron_data_intervals: bool | None = option(
        None, "Cron schedules have data intervals; not set: with schedule_interval yes, with schedule no."
    )
    create_delta_data_intervals: bool | None = option(
        None,
        "Timedelta schedules have data intervals; not set: with schedule_interval yes, with schedule no.",
    )
    ignore_first_depends_on_past_by_default: bool = option("True", "The first run ignores depends_on_past.")
    use_job_schedule: bool = option("True", "Make scheduled runs; False only runs what is asked for.")
    max_dagruns_to_create_per_loop: int = option("10", "Runs made in one turn.", minimum=1)
    allowed_run_id_pattern: str = option("^[A-Za-z0-9_.~:+-]+$", "What run ids may look like.")
    enable_health_check: bool = option("False", "Answer /health on a port of the scheduler's own.")
    scheduler_health_check_server_host: str = option("0.0.0.0", "Address of that port.")  # noqa: S104 - Airflow's
    scheduler_health_check_server_port: int = option("8974", "That port.", minimum=0, maximum=65535)
    trigger_timeout_check_interval: float = option(
        "15", "How often deferred tasks are checked for time-outs."
    )
