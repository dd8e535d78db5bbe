"""Where each name that Tradewind has lives: module of ``tradewind`` (or of a library) to the names it gives.

``Other=Name`` offers ``Name`` of that module under another word. A name that is missing here but stands in
the table of paths exists in Airflow and not yet in Tradewind.
"""

BUILT: dict[str, str] = {
    # --- what a DAG file is made of
    "tradewind.authoring.dag": "DAG dag",
    "tradewind.authoring.operator": (
        "BaseOperator AbstractOperator Operator=AbstractOperator TaskStateChangeCallback chain chain_linear "
        "cross_downstream"
    ),
    "tradewind.authoring.xcom_arg": (
        "XComArg PlainXComArg MapXComArg ZipXComArg ConcatXComArg XCOM_RETURN_KEY=RETURN_KEY"
    ),
    "tradewind.authoring.decorators": "task setup teardown result TaskDecoratorCollection",
    "tradewind.authoring.decorator_base": (
        "DecoratedOperator DecoratedMappedOperator TaskDecorator task_decorator_factory get_unique_task_id"
    ),
    "tradewind.authoring.group_decorator": "MappedTaskGroup",
    "tradewind.authoring.task_group": "TaskGroup task_group",
    "tradewind.authoring.edges": "Label EdgeModifier EdgeInfoType",
    "tradewind.authoring.params": "Param ParamsDict DagParam",
    "tradewind.authoring.variable": "Variable",
    "tradewind.authoring.context": (
        "Context get_current_context KNOWN_CONTEXT_KEYS context_merge context_copy_partial "
        "context_get_outlet_events set_current_context _CURRENT_CONTEXT=_active"
    ),
    "tradewind.authoring.listeners": "hookimpl get_listener_manager ListenerManager",
    "tradewind.authoring.task_run": "TaskInstance=TaskRun",
    "tradewind.authoring.dag_run": "DagRun",
    "tradewind.testing.dag_bag": "DagBag list_py_file_paths",
    "tradewind.authoring.relations": "DependencyMixin TaskMixin=DependencyMixin DAGNode=DependencyMixin",
    "tradewind.authoring.constructing": "apply_defaults",
    "tradewind.authoring.schedules": (
        "create_timetable NullTimetable OnceTimetable ContinuousTimetable CronDataIntervalTimetable "
        "CronTriggerTimetable "
        "MultipleCronTriggerTimetable DeltaDataIntervalTimetable DeltaTriggerTimetable EventsTimetable "
        "PartitionedAssetTimetable CronPartitionTimetable PartitionedAtRuntime "
        "AssetTriggeredTimetable AssetOrTimeSchedule DatasetOrTimeSchedule=AssetOrTimeSchedule"
    ),
    "tradewind.authoring.timetable_base": "Timetable BaseTimetable=Timetable DagRunInfo TimeRestriction",
    "tradewind.authoring.asset_decorator": "asset",
    "tradewind.authoring.asset_reading": "AssetEvent DatasetEvent=AssetEvent",
    "tradewind.authoring.partitions": (
        "PartitionMapper IdentityMapper AllowedKeyMapper ChainMapper FanOutMapper FixedKeyMapper "
        "ProductMapper RollupMapper StartOfHourMapper StartOfDayMapper StartOfWeekMapper StartOfMonthMapper "
        "StartOfQuarterMapper StartOfYearMapper"
    ),
    "tradewind.authoring.partition_policies": "PartitionSatisfaction WaitPolicy WaitForAll MinimumCount",
    "tradewind.authoring.partition_windows": (
        "Window HourWindow DayWindow WeekWindow MonthWindow QuarterWindow YearWindow SegmentWindow"
    ),
    "tradewind.authoring.sensor": "BaseSensorOperator PokeReturnValue poke_mode_only",
    "tradewind.authoring.trigger": (
        "BaseTrigger BaseEventTrigger TriggerEvent TaskSuccessEvent TaskFailedEvent TaskSkippedEvent "
        "StartTriggerArgs"
    ),
    "tradewind.authoring.triggers.temporal": "DateTimeTrigger TimeDeltaTrigger",
    "tradewind.authoring.triggers.file": "FileTrigger FileDeleteTrigger DirectoryFileDeleteTrigger",
    "tradewind.authoring.triggers.external_task": "WorkflowTrigger DagStateTrigger",
    "tradewind.authoring.triggers.hitl": "HITLTrigger",
    "tradewind.authoring.hitl": (
        "HITLUser upsert_hitl_detail update_hitl_detail_response get_hitl_detail_content_detail"
    ),
    "tradewind.authoring.triggers.testing": "SuccessTrigger FailureTrigger",
    "tradewind.authoring.notifier": "BaseNotifier",
    "tradewind.authoring.priority_strategy": "PriorityWeightStrategy",
    "tradewind.authoring.hooks.smtp": "SmtpHook SmtpNotifier",
    "tradewind.authoring.retry_policy": (
        "RetryPolicy ExceptionRetryPolicy RetryRule RetryAction RetryDecision ChainRetryPolicy"
    ),
    "tradewind.authoring.state_store": "NEVER_EXPIRE",
    "tradewind.authoring.resumable": "ResumableJobMixin",
    "tradewind.authoring.object_storage": "ObjectStoragePath attach get_fs has_fs",
    "tradewind.authoring.xcom": "BaseXCom resolve_xcom_backend",
    "tradewind.authoring.deadlines": (
        "DeadlineAlert DeadlineReference BaseDeadlineReference deadline_reference VariableInterval "
        "AsyncCallback SyncCallback"
    ),
    "tradewind.authoring.assets": (
        "Asset AssetAlias AssetAll AssetAny AssetRef AssetWatcher Dataset Model Metadata "
        "DatasetAlias=AssetAlias "
        "BaseDatasetEventInput=BaseAsset DatasetAll=AssetAll DatasetAny=AssetAny AssetNameRef=AssetRef "
        "AssetUriRef=AssetRef "
        "AssetAccessControl"
    ),
    "tradewind.authoring.mapping": "MappedOperator OperatorPartial",
    "tradewind.authoring.setup_teardown": (
        "ContextWrapper context_wrapper SetupTeardownContext BaseSetupTeardownContext"
    ),
    "tradewind.authoring.xcom_sequences": "LazyXComSequence",
    "tradewind.authoring.skipping": "SkipMixin BranchMixIn",
    "tradewind.authoring.calling": (
        "determine_kwargs KeywordParameters make_kwargs_callable ExecutionCallableRunner is_async_callable "
        "create_executable_runner create_async_executable_runner"
    ),
    "tradewind.authoring.environment_variables": "context_to_airflow_vars AIRFLOW_VAR_NAME_FORMAT_MAPPING",
    "tradewind.authoring.operator_link": "BaseOperatorLink",
    "tradewind.authoring.lineage": (
        "HookLineage HookLineageCollector HookLineageReader NoOpCollector AssetLineageInfo "
        "get_hook_lineage_collector"
    ),
    "tradewind.authoring.templating.render": "literal LiteralValue=literal",
    "tradewind.authoring.notset": "ArgNotSet NOTSET SET_DURING_EXECUTION is_arg_set",
    "tradewind.authoring.connection": "Connection",
    "tradewind.secrets.backend": "BaseSecretsBackend",
    "tradewind.secrets.environment": "EnvironmentVariablesBackend",
    "tradewind.secrets.local_file": "LocalFilesystemBackend",
    "tradewind.config.compat": "conf AirflowConfigParser=Conf",
    # --- operators
    "tradewind.authoring.operators.bash": "BashOperator",
    "tradewind.authoring.operators.python": "PythonOperator BranchPythonOperator ShortCircuitOperator",
    "tradewind.authoring.operators.empty": "EmptyOperator DummyOperator SmoothOperator",
    "tradewind.authoring.operators.virtualenv": (
        "PythonVirtualenvOperator ExternalPythonOperator BranchPythonVirtualenvOperator "
        "BranchExternalPythonOperator is_venv_installed"
    ),
    "tradewind.authoring.operators.subdag": "SubDagOperator SkippedStatePropagationOptions",
    "tradewind.authoring.operators.datetime": "BranchDateTimeOperator",
    "tradewind.authoring.operators.weekday": "BranchDayOfWeekOperator",
    "tradewind.authoring.operators.branch": "BaseBranchOperator",
    "tradewind.authoring.operators.latest_only": "LatestOnlyOperator",
    "tradewind.authoring.operators.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink DagRunOrder",
    "tradewind.authoring.operators.email": "EmailOperator",
    "tradewind.authoring.operators.hitl": (
        "HITLOperator ApprovalOperator HITLBranchOperator HITLEntryOperator HITLTriggerEventError "
        "HITLTimeoutError HITLRejectException"
    ),
    "tradewind.authoring.operators.sql": (
        "BaseSQLOperator SQLExecuteQueryOperator MySqlOperator PostgresOperator SqliteOperator"
    ),
    "tradewind.authoring.operators.sql_checks": (
        "SQLCheckOperator SQLValueCheckOperator SQLIntervalCheckOperator SQLThresholdCheckOperator "
        "CheckOperator=SQLCheckOperator ValueCheckOperator=SQLValueCheckOperator "
        "IntervalCheckOperator=SQLIntervalCheckOperator ThresholdCheckOperator=SQLThresholdCheckOperator "
        "PrestoCheckOperator=SQLCheckOperator PrestoValueCheckOperator=SQLValueCheckOperator "
        "PrestoIntervalCheckOperator=SQLIntervalCheckOperator"
    ),
    "tradewind.authoring.operators.sql_quality": "SQLColumnCheckOperator SQLTableCheckOperator",
    "tradewind.authoring.operators.sql_moving": (
        "BranchSQLOperator BranchSqlOperator=BranchSQLOperator SQLInsertRowsOperator GenericTransfer "
        "parse_boolean"
    ),
    # --- sensors
    "tradewind.authoring.sensors.python": "PythonSensor",
    "tradewind.authoring.sensors.bash": "BashSensor",
    "tradewind.authoring.sensors.date_time": "DateTimeSensor DateTimeSensorAsync",
    "tradewind.authoring.sensors.external_task": (
        "ExternalTaskSensor ExternalTaskMarker ExternalDagLink ExternalTaskSensorLink "
        "AirflowExternalTaskSensorException=ExternalTaskSensorError ExternalDagNotFoundError "
        "ExternalDagDeletedError ExternalTaskNotFoundError ExternalTaskGroupNotFoundError "
        "ExternalTaskFailedError ExternalTaskGroupFailedError ExternalDagFailedError DuplicateStateError"
    ),
    "tradewind.authoring.sensors.filesystem": "FileSensor",
    "tradewind.authoring.sensors.time": "TimeSensor TimeSensorAsync",
    "tradewind.authoring.sensors.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor",
    "tradewind.authoring.sensors.weekday": "DayOfWeekSensor",
    "tradewind.authoring.sensors.http": "HttpSensor",
    "tradewind.authoring.sensors.sql": "SqlSensor",
    "tradewind.authoring.operators.http": "HttpOperator SimpleHttpOperator=HttpOperator",
    # --- hooks
    "tradewind.authoring.hooks.http": "HttpHook",
    "tradewind.authoring.hooks.sql": "DbApiHook SqliteHook PostgresHook MySqlHook",
    "tradewind.authoring.hooks.filesystem": "FSHook",
    "tradewind.authoring.hooks.package_index": "PackageIndexHook",
    "tradewind.authoring.hooks.subprocess": "SubprocessHook SubprocessResult",
    # --- states, rules, ids
    "tradewind.authoring.states": "State TerminalTIState IntermediateTIState JobState",
    "tradewind.domain.states": (
        "TaskInstanceState DagRunState DagRunType DagRunTriggeredByType=DagRunTriggeredBy TriggerRule "
        "WeightRule"
    ),
    "tradewind.domain.keys": "TaskInstanceKey",
    "tradewind.domain.intervals": "DataInterval",
    # --- errors
    "tradewind.domain.errors": (
        "AirflowException AirflowNotFoundException AirflowBadRequest AirflowConfigException "
        "AirflowDagCycleException DuplicateTaskIdFound AirflowDagDuplicatedIdException "
        "AirflowTimetableInvalid "
        "ParamValidationError DagNotFound TaskNotFound DagRunNotFound TaskInstanceNotFound XComNotFound "
        "PoolNotFound DagRunAlreadyExists AirflowSkipException AirflowFailException AirflowSensorTimeout "
        "AirflowTaskTimeout AirflowTaskTerminated AirflowRescheduleException TaskDeferred TaskAwaitingInput "
        "TaskDeferralError TaskDeferralTimeout DagRunTriggerException"
    ),
    "tradewind.authoring.exceptions": (
        "AirflowProviderDeprecationWarning RemovedInAirflow3Warning RemovedInAirflow4Warning "
        "AirflowOptionalProviderFeatureException AirflowInternalRuntimeError AirflowRuntimeError ErrorType "
        "AirflowClusterPolicyViolation AirflowClusterPolicySkipDag AirflowClusterPolicyError "
        "AirflowFileParseException AirflowUnsupportedFileTypeException ConnectionNotUnique VariableNotUnique "
        "DownstreamTasksSkipped DeserializingResultError TaskAlreadyInTaskGroup "
        "FailFastDagInvalidTriggerRule "
        "FailStopDagInvalidTriggerRule=FailFastDagInvalidTriggerRule UnmappableXComTypePushed "
        "UnmappableXComLengthPushed XComForMappingNotPushed UnknownExecutorException "
        "InvalidStatsNameException NoAvailablePoolSlot "
        "SerializationError TaskAlreadyRunningError DagCodeNotFound DagFileExists DagInvalidTriggerRule "
        "NodeNotFound AirflowMaskingException AirflowInactiveAssetInInletOrOutletException FileSyntaxError "
        "NotMapped"
    ),
    "tradewind.authoring.async_operator": "BaseAsyncOperator",
    "tradewind.authoring.templating.templater": "Templater",
    "tradewind.authoring.crypto": "get_fernet",
    "tradewind.authoring.secret_cache": "SecretCache",
    "tradewind.authoring.metastore": "MetastoreBackend",
    "tradewind.authoring.drawing": "task_group_to_dict",
    "tradewind.authoring.log_handler": "FileTaskHandler",
    "tradewind.authoring.task_logs": "configure_logging relative_path_from_logger",
    "tradewind.authoring.types": "Logger Properties DagRunProtocol RuntimeTaskInstanceProtocol",
    "tradewind.authoring.asset_keys": "AssetUniqueKey AssetAliasUniqueKey",
    "tradewind.authoring.object_stat": "stat_result=StatResult",
    "tradewind.authoring.dag_checks": "check_cycle",
    "tradewind.authoring.decorator_names": (
        "bash_task branch_external_python_task branch_task branch_virtualenv_task external_python_task "
        "python_task sensor_task short_circuit_task virtualenv_task"
    ),
    "tradewind.authoring.decorated": (
        "BashDecoratedOperator BranchDecoratedOperator PythonDecoratedOperator SensorDecoratedOperator "
        "ShortCircuitDecoratedOperator"
    ),
    "tradewind.authoring.decorated_virtualenv": "VirtualenvDecoratedOperator",
    "tradewind.authoring.state_scopes": "AssetScope BaseStoreBackend StoreScope TaskScope",
    "tradewind.authoring.serde": "serialize deserialize",
    "tradewind.authoring.providers": "ProvidersManager ProvidersManagerTaskRuntime=ProvidersManager",
    "tradewind.authoring.expand_input": "EXPAND_INPUT_EMPTY",
    # --- dates and small tools
    "tradewind.authoring.dates": (
        "cron_presets days_ago date_range round_time infer_time_unit scale_time_units parse_execution_date "
        "datetime_to_nano"
    ),
    "tradewind.authoring.helpers": (
        "validate_key validate_group_key is_container as_tuple chunks reduce_in_chunks as_flattened_list "
        "partition "
        "exactly_one at_most_one prune_dict merge_dicts convert_camel_to_snake ask_yesno render_log_filename "
        "to_boolean get_random_string import_string qualname is_valid_dotpath iter_namespace "
        "build_airflow_url_with_query build_airflow_dagrun_url parse_template_string get_host_ip_address "
        "is_tty DB_SAFE_MINIMUM DB_SAFE_MAXIMUM db_safe_priority KEY_REGEX GROUP_KEY_REGEX "
        "CAMELCASE_TO_SNAKE_CASE_REGEX"
    ),
    "tradewind.authoring.sessions": "provide_session create_session NEW_SESSION",
    "tradewind.authoring.hooks.base": "BaseHook DiscoverableHook",
    "tradewind.authoring.logging_mixin": "LoggingMixin StreamLogWriter remove_escape_codes redirect_stdout",
    "tradewind.authoring.mail": (
        "send_email send_email_smtp send_mime_email build_mime_message get_email_address_list"
    ),
    "tradewind.authoring.commands": "execute_in_subprocess patch_environ",
    "tradewind.authoring.dag_context": "DagContext",
    "tradewind.authoring.templating.by_hand": (
        "render_template render_template_as_native render_template_to_string"
    ),
    "tradewind.authoring.files": (
        "TemporaryDirectory mkdirs correct_maybe_zipped get_unique_dag_module_name open_maybe_zipped"
    ),
    "tradewind.authoring.rows": (
        "Base ID_LEN DagModel DagTag DagPickle DbCallbackRequest Log ParseImportError "
        "RenderedTaskInstanceFields SerializedDagModel SlaMiss XComModel "
        "TaskFail TaskReschedule Trigger Pool clear_task_instances AssetModel DatasetModel "
        "expand_alias_to_assets "
        "expand_alias_to_datasets=expand_alias_to_assets"
    ),
    "tradewind.authoring.xcoms": (
        "XCom XComEncoder XComDecoder AirflowJsonEncoder=PlainEncoder WebEncoder=PlainEncoder"
    ),
    "tradewind.authoring.asking": "trigger_dag",
    "tradewind.authoring.executors": (
        "BaseExecutor LocalExecutor SequentialExecutor DebugExecutor ExecutorLoader ExecutorConf"
    ),
    "tradewind.authoring.permissions": (
        "RESOURCE_DAG RESOURCE_DATASET RESOURCE_ASSET RESOURCE_CONNECTION RESOURCE_DAG_PREFIX "
        "RESOURCE_DAG_RUN RESOURCE_POOL RESOURCE_TASK_INSTANCE RESOURCE_VARIABLE RESOURCE_XCOM "
        "ACTION_CAN_CREATE ACTION_CAN_READ ACTION_CAN_EDIT ACTION_CAN_DELETE ACTION_CAN_ACCESS_MENU "
        "resource_name_for_dag"
    ),
    "tradewind.authoring.argument_defaults": (
        "DEFAULT_OWNER DEFAULT_QUEUE DEFAULT_RETRIES DEFAULT_RETRY_DELAY DEFAULT_TASK_EXECUTION_TIMEOUT "
        "DEFAULT_POOL_SLOTS DEFAULT_PRIORITY_WEIGHT DEFAULT_TRIGGER_RULE"
    ),
    "tradewind.authoring.oddments": (
        "Resources suppress_logs_and_warning add_deprecated_classes fixup_decorator_warning_stack "
        "apply_lineage prepare_lineage AUTO SimpleTaskInstance"
    ),
    "tradewind.authoring.other_python": "remove_task_decorator",
    "tradewind.authoring.parsing_context": (
        "get_parsing_context AirflowParsingContext _airflow_parsing_context_manager=parsing_for"
    ),
    "tradewind.authoring.plugin": "AirflowPlugin",
    "tradewind.authoring.secrets_masker": (
        "mask_secret redact should_hide_value_for_key SecretsMasker Redactable Redacted"
    ),
    "tradewind.authoring.stats": "Stats",
    "tradewind.authoring.timeout": "timeout TimeoutPosix",
    "tradewind.authoring.weekday": "WeekDay",
}
