"""Options that Airflow 1.x and 2.x kept under other names. The old names keep working."""

# ruff: noqa: SIM905 - long lists of words read better in one string

from __future__ import annotations

from functools import cache

Key = tuple[str, str]

# New section to {new key: old places}. An old place without a dot lies in the same section.
_MOVED: dict[str, dict[str, str]] = {
    "database": {
        "sql_alchemy_conn": "core.sql_alchemy_conn",
        "sql_alchemy_pool_enabled": "core.sql_alchemy_pool_enabled",
        "sql_alchemy_pool_size": "core.sql_alchemy_pool_size",
        "sql_alchemy_max_overflow": "core.sql_alchemy_max_overflow",
        "sql_alchemy_pool_recycle": "core.sql_alchemy_pool_recycle",
        "sql_alchemy_pool_pre_ping": "core.sql_alchemy_pool_pre_ping",
        "sql_alchemy_schema": "core.sql_alchemy_schema",
        "sql_alchemy_connect_args": "core.sql_alchemy_connect_args",
        "sql_engine_encoding": "core.sql_engine_encoding",
        "sql_engine_collation_for_ids": "core.sql_engine_collation_for_ids",
        "load_default_connections": "core.load_default_connections",
        "max_db_retries": "core.max_db_retries",
    },
    "core": {
        "max_active_tasks_per_dag": "dag_concurrency",
        "default_pool_task_slot_count": "non_pooled_task_slot_count",
        "hide_sensitive_var_conn_fields": "admin.hide_sensitive_variable_fields",
        "sensitive_var_conn_names": "admin.sensitive_variable_fields",
        "num_dag_runs_to_retain_rendered_fields": "max_num_rendered_ti_fields_per_task",
        "execution_api_server_url": "workers.execution_api_server_url",
    },
    "api": {
        "base_url": "webserver.base_url",
        "host": "webserver.web_server_host",
        "port": "webserver.web_server_port",
        "workers": "webserver.workers",
        "worker_timeout": "webserver.web_server_worker_timeout",
        "ssl_cert": "webserver.web_server_ssl_cert",
        "ssl_key": "webserver.web_server_ssl_key",
        "secret_key": "webserver.secret_key",
        "expose_config": "webserver.expose_config",
        "expose_stacktrace": "webserver.expose_stacktrace",
        "enable_swagger_ui": "webserver.enable_swagger_ui",
        "grid_view_sorting_order": "webserver.grid_view_sorting_order",
        "log_fetch_timeout_sec": "webserver.log_fetch_timeout_sec",
        "hide_paused_dags_by_default": "webserver.hide_paused_dags_by_default",
        "fallback_page_limit": "page_size webserver.page_size",
        "default_wrap": "webserver.default_wrap",
        "auto_refresh_interval": "webserver.auto_refresh_interval",
        "require_confirmation_dag_change": "webserver.require_confirmation_dag_change",
        "instance_name": "webserver.instance_name",
        "access_control_allow_origins": "access_control_allow_origin",
        "auth_backends": "auth_backend",
        "log_config": "access_logfile webserver.access_logfile",
    },
    "dag_processor": {
        "dag_file_processor_timeout": "core.dag_file_processor_timeout",
        "refresh_interval": "scheduler.dag_dir_list_interval",
        "parsing_processes": "scheduler.parsing_processes scheduler.max_threads",
        "min_file_process_interval": "scheduler.min_file_process_interval",
        "file_parsing_sort_mode": "scheduler.file_parsing_sort_mode",
        "stale_dag_threshold": "scheduler.stale_dag_threshold scheduler.dag_stale_not_seen_duration",
        "max_callbacks_per_loop": "scheduler.max_callbacks_per_loop",
        "print_stats_interval": "scheduler.print_stats_interval",
        "parsing_pre_import_modules": "scheduler.parsing_pre_import_modules",
    },
    "scheduler": {
        "scheduler_idle_sleep_time": "processor_poll_interval",
        "parsing_cleanup_interval": "deactivate_stale_dags_interval",
        "task_instance_heartbeat_timeout": "scheduler_zombie_task_threshold",
        "task_instance_heartbeat_sec": "local_task_job_heartbeat_sec",
        "task_instance_heartbeat_timeout_detection_interval": "zombie_detection_interval",
        "task_queued_timeout": "stalled_task_timeout celery.task_adoption_timeout "
        "celery.stalled_task_timeout kubernetes_executor.worker_pods_pending_timeout",
        "ti_metrics_interval": "running_metrics_interval",
    },
    "triggerer": {"capacity": "default_capacity"},
    "workers": {"missing_dag_retries": "missing_dag_retires"},
    "operators": {"default_queue": "celery.default_queue"},
    "logging": {
        key: f"core.{key}"
        for key in (
            "base_log_folder remote_logging remote_log_conn_id remote_base_log_folder encrypt_s3_logs "
            "logging_level fab_logging_level logging_config_class colored_console_log "
            "colored_log_format colored_formatter_class "
            "log_format simple_log_format task_log_prefix_template log_filename_template task_log_reader "
            "log_processor_filename_template dag_processor_manager_log_location interleave_timestamp_parser"
        ).split()
    }
    | {"worker_log_server_port": "celery.worker_log_server_port"},
    "metrics": {
        "metrics_allow_list": "statsd_allow_list scheduler.statsd_allow_list",
        "metrics_block_list": "statsd_block_list",
        **{
            key: f"scheduler.{key}"
            for key in (
                "statsd_on statsd_host statsd_port statsd_prefix stat_name_handler statsd_datadog_enabled "
                "statsd_datadog_tags statsd_datadog_metrics_tags statsd_custom_client_path"
            ).split()
        },
    },
    "celery": {
        "result_backend": "celery_result_backend",
        "worker_concurrency": "celeryd_concurrency",
        "worker_precheck": "core.worker_precheck",
    },
    "fab": {
        key: f"webserver.{key}"
        for key in (
            "access_denied_message expose_hostname navbar_color navbar_text_color navbar_hover_color "
            "navbar_text_hover_color update_fab_perms auth_rate_limited auth_rate_limit"
        ).split()
    },
}

EXTRA_SENSITIVE: frozenset[Key] = frozenset(
    {
        ("celery", "broker_url"),
        ("celery", "flower_basic_auth"),
        ("celery", "result_backend"),
        ("celery_broker_transport_options", "sentinel_kwargs"),
        ("atlas", "password"),
        ("core", "asset_manager_kwargs"),
        ("database", "sql_alchemy_conn_async"),
        ("logging", "remote_task_handler_kwargs"),
        ("opensearch", "username"),
        ("opensearch", "password"),
        ("sentry", "sentry_dsn"),
        ("smtp", "smtp_user"),
        ("smtp", "smtp_password"),
    }
)
"""Secret options of sections that have no dataclass here; they too may be given by command or by secret."""


@cache
def former_names(section: str, key: str) -> tuple[Key, ...]:
    """Where older versions kept the option."""
    places = _MOVED.get(section, {}).get(key, "").split()
    return tuple(tuple(place.split(".", 1)) if "." in place else (section, place) for place in places)  # type: ignore[misc]


@cache
def present_name(section: str, key: str) -> Key | None:
    """The present name of a former one, or None."""
    for new_section, options in _MOVED.items():
        for new_key in options:
            if (section, key) in former_names(new_section, new_key):
                return new_section, new_key
    return None
