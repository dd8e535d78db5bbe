"""Each item of each row of the feature list has a test that names it, or a reason in the compatibility page.

A test names a row by "§1.n" in its docstring, or in that of its module, and an item by using its word: in its
own lines, or in a table of the module that it uses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "compatibility.md").read_text()
ROW = re.compile(r"§(1\.\d+)")

ROWS = {
    "1.1": """
        dag_id description start_date end_date default_args template_searchpath template_undefined
        user_defined_macros user_defined_filters max_active_runs dagrun_timeout catchup on_success_callback
        on_failure_callback doc_md params access_control is_paused_upon_creation jinja_environment_kwargs tags
        schedule_interval schedule relativedelta timetable concurrency max_active_tasks sla_miss_callback
        default_view orientation full_filepath render_template_as_native_obj owner_links auto_register
        dag_display_name max_consecutive_failed_dag_runs fail_stop fail_fast deadline allowed_run_types
        disable_bundle_versioning rerun_with_latest_version partial_subset test cli add_result result
        dag set_upstream set_downstream chain chain_linear cross_downstream Label EdgeModifier set_dependency
    """,
    "1.2": """
        task_id task_display_name owner doc doc_md doc_json doc_yaml doc_rst logger_name task_group dag
        start_date end_date execution_timeout retries retry_delay retry_exponential_backoff max_retry_delay
        retry_policy sla email email_on_failure email_on_retry depends_on_past ignore_first_depends_on_past
        wait_for_past_depends_before_skipping wait_for_downstream trigger_rule allow_nested_operators queue
        pool priority_weight pool_slots weight_rule max_active_tis_per_dag task_concurrency
        max_active_tis_per_dagrun resources run_as_user executor executor_config params do_xcom_push
        multiple_outputs inlets outlets map_index_template render_template_as_native_obj default_args
        pre_execute post_execute on_execute_callback on_failure_callback on_success_callback
        on_retry_callback on_skipped_callback template_fields template_ext template_fields_renderers
        ui_color ui_fgcolor operator_extra_links start_trigger_args start_from_trigger custom_operator_name
        execute aexecute on_kill dry_run defer resume_execution as_setup as_teardown partial expand
        expand_kwargs output
    """,
    "1.3": """
        bash virtualenv external_python branch branch_virtualenv branch_external_python short_circuit sensor
        stub dag task_group setup teardown asset multi result override partial expand expand_kwargs run_if
        skip_if async multiple_outputs get_current_context get_parsing_context
    """,
    "1.4": """
        group_id prefix_group_id parent_group default_args tooltip doc_md ui_color ui_fgcolor
        add_suffix_on_collision group_display_name SubDagOperator
    """,
    "1.5": """
        expand partial expand_kwargs strict map zip fillvalue concat AirflowSkipException map_index_template
        LazyXComSequence max_map_length max_active_tis_per_dagrun
    """,
    "1.6": "as_setup as_teardown setups on_failure_fail_dagrun setup teardown all_done_setup_success clear",
    "1.7": """
        all_success all_failed all_done all_done_min_one_success all_done_setup_success all_skipped
        one_success one_failed one_done none_failed none_failed_min_one_success none_skipped always
        none_failed_or_skipped dummy
    """,
    "1.8": """
        BashOperator env append_env output_encoding skip_on_exit_code cwd output_processor PythonOperator
        op_args op_kwargs templates_dict templates_exts show_return_value_in_logs PythonVirtualenvOperator
        requirements python_version venv_cache_path index_urls ExternalPythonOperator
        BranchPythonVirtualenvOperator BranchExternalPythonOperator BranchPythonOperator
        BranchDateTimeOperator BranchDayOfWeekOperator BaseBranchOperator ShortCircuitOperator
        ignore_downstream_trigger_rules LatestOnlyOperator EmptyOperator SmoothOperator TriggerDagRunOperator
        conf logical_date run_after reset_dag_run wait_for_completion allowed_states failed_states
        skip_when_already_exists fail_when_dag_is_paused note deferrable ExternalTaskMarker EmailOperator
        SQLExecuteQueryOperator SQLCheckOperator SQLColumnCheckOperator SQLTableCheckOperator
        SQLIntervalCheckOperator SQLThresholdCheckOperator BranchSQLOperator SQLInsertRowsOperator
        GenericTransfer SqlSensor HttpOperator MySqlHook PostgresHook SqliteHook SSH SFTP MySqlOperator
        HITLOperator ApprovalOperator HITLBranchOperator HITLEntryOperator
    """,
    "1.9": """
        poke mode reschedule poke_interval timeout soft_fail silent_fail never_fail exponential_backoff
        max_wait PokeReturnValue BashSensor PythonSensor FileSensor DateTimeSensor DateTimeSensorAsync
        TimeSensor TimeSensorAsync TimeDeltaSensor TimeDeltaSensorAsync WaitSensor DayOfWeekSensor
        external_task_id external_task_ids external_task_group_id external_dag_id execution_delta
        execution_date_fn check_existence deferrable poke_mode_only
    """,
    "1.10": """
        BaseTrigger serialize run cleanup on_kill BaseEventTrigger TriggerEvent TaskSuccessEvent
        TaskFailedEvent TaskSkippedEvent defer method_name kwargs timeout start_from_trigger end_from_trigger
        queue default_deferrable
    """,
    "1.11": """
        Asset name uri group extra watchers access_control Dataset Model outlets inlets AssetAll AssetAny
        AssetAlias Metadata outlet_events inlet_events for_asset for_asset_alias after before limit ascending
        triggering_asset_events AssetOrTimeSchedule asset materialize ref AssetWatcher FileDeleteTrigger
        partition_key PartitionedAssetTimetable CronPartitionTimetable PartitionedAtRuntime IdentityMapper
        StartOfHourMapper StartOfDayMapper StartOfWeekMapper StartOfMonthMapper StartOfQuarterMapper
        StartOfYearMapper FixedKeyMapper AllowedKeyMapper ProductMapper ChainMapper FanOutMapper RollupMapper
        HourWindow DayWindow WeekWindow MonthWindow QuarterWindow YearWindow SegmentWindow WaitForAll
        MinimumCount add_partitions asset-uris file s3 gs postgres mysql
    """,
    "1.12": """
        NullTimetable OnceTimetable ContinuousTimetable CronDataIntervalTimetable DeltaDataIntervalTimetable
        CronTriggerTimetable run_immediately interval DeltaTriggerTimetable MultipleCronTriggerTimetable
        CronPartitionTimetable EventsTimetable event_dates restrict_to_events AssetTriggeredTimetable
        AssetOrTimeSchedule PartitionedAssetTimetable PartitionedAtRuntime next_dagrun_info
        next_dagrun_info_v2 infer_manual_data_interval serialize summary description active_runs_limit
        can_be_scheduled
    """,
    "1.13": """
        default description type enum minimum maximum minLength maxLength pattern format date-time date time
        duration multiline items examples const title section values_display description_md ParamsDict
        DagParam dag_run_conf_overrides_params required
    """,
    "1.14": """
        conn dag dag_run data_interval_end data_interval_start outlet_events ds ds_nodash expanded_ti_count
        exception inlets inlet_events logical_date macros map_index_template outlets params partition_key
        partition_date prev_data_interval_start_success prev_data_interval_end_success
        prev_start_date_success prev_end_date_success reason run_id task task_reschedule_count task_instance
        task_instance_key_str task_state_store asset_state_store templates_dict test_mode ti
        triggering_asset_events try_number ts ts_nodash ts_nodash_with_tz var conf execution_date next_ds
        next_ds_nodash next_execution_date prev_ds prev_ds_nodash prev_execution_date
        prev_execution_date_success tomorrow_ds tomorrow_ds_nodash yesterday_ds yesterday_ds_nodash
        triggering_dataset_events END_DATE end_date latest_date tables ds_add ds_format ds_format_locale
        datetime_diff_for_humans random time uuid dateutil datetime timedelta json yaml StrictUndefined
        literal max_templated_field_length ObjectStoragePath template_ext
        AIRFLOW_CTX_DAG_ID AIRFLOW_CTX_TASK_ID AIRFLOW_CTX_LOGICAL_DATE AIRFLOW_CTX_EXECUTION_DATE
        AIRFLOW_CTX_TRY_NUMBER AIRFLOW_CTX_DAG_RUN_ID AIRFLOW_CTX_DAG_OWNER AIRFLOW_CTX_DAG_EMAIL
        xcom_pull include_prior_dates map_indexes xcom_push get_first_reschedule_date get_previous_dagrun
        get_previous_ti get_ti_count get_task_states get_dr_count get_dagrun_state log_url mark_success_url
        max_tries hostname rendered_map_index
    """,
    "1.15": """
        on_execute_callback on_success_callback on_failure_callback on_retry_callback on_skipped_callback
        BaseNotifier notify async_notify SmtpNotifier html_content_template subject_template sla
        DeadlineAlert AsyncCallback SyncCallback VariableInterval RetryPolicy ExceptionRetryPolicy RetryRule
        RetryDecision
    """,
    "1.16": """
        serialize deserialize datetime timezone uuid numpy pandas pydantic deltalake iceberg kubernetes
        allowed_deserialization_classes xcom_backend XComObjectStorageBackend threshold compression
        include_prior_dates task_state_store asset_state_store retention state_store_backend
        ResumableJobMixin ObjectStoragePath attach copy move
    """,
    "1.17": """
        slots include_deferred description pool_slots priority_weight weight_rule queue parallelism
        max_active_tasks max_active_runs max_active_tis_per_dag max_active_tis_per_dagrun default_queue
    """,
    "1.18": """
        conf note run_id logical_date run_after backfill reprocess_behavior run_backwards pause cancel
        dry_run run_on_latest_version catchup clear only_failed include_past include_future delete wait
        allowed_run_types partition_key
    """,
}
ELSEWHERE = {
    "1.8": {"SSH": "provider package", "SFTP": "provider package"},
}
"""Items that are not ours: the compatibility page has this word of the reason in a line with the item."""


class Named:
    """The lines of all tests that name a row, by row."""

    def __init__(self) -> None:
        self.text: dict[str, list[str]] = {row: [] for row in ROWS}
        for path in sorted((ROOT / "tests").rglob("test_*.py")):
            if path != Path(__file__):
                self._read(path.read_text())

    def _read(self, source: str) -> None:
        tree = ast.parse(source)
        for row in ROW.findall(ast.get_docstring(tree) or ""):
            self.text.get(row, []).append(source)
        tables = {
            target.id: ast.get_source_segment(source, node) or ""
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for test in _tests(tree):
            rows = ROW.findall(ast.get_docstring(test) or "")
            if rows:
                used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} & tables.keys()
                first = min([test.lineno, *(mark.lineno for mark in test.decorator_list)])
                lines = "\n".join(source.split("\n")[first - 1 : test.end_lineno])
                for row in rows:
                    self.text.get(row, []).append(
                        "\n".join([lines, *(tables[name] for name in sorted(used))])
                    )


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node


NAMED = Named()


@pytest.mark.parametrize("row", ROWS)
def test_every_item_of_a_row_has_a_test(row: str) -> None:
    text = "\n".join(NAMED.text[row])
    missing = [
        item
        for item in ROWS[row].split()
        if item not in ELSEWHERE.get(row, {})
        and not re.search(rf"(?<![\w-]){re.escape(item)}(?![\w-])", text)
    ]
    assert missing == []


@pytest.mark.parametrize(("row", "item"), [(row, item) for row, items in ELSEWHERE.items() for item in items])
def test_what_is_elsewhere_stands_on_the_page(row: str, item: str) -> None:
    why = ELSEWHERE[row][item]
    assert any(item in line and why in line for line in PAGE.splitlines())
