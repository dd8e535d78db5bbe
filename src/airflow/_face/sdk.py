"""Paths of Airflow 3.x: ``airflow.sdk`` and what lies in it."""

_TIMEZONE = (
    "utc@tradewind.authoring.timezone:utc utcnow@tradewind.authoring.timezone:utcnow "
    "utc_epoch@tradewind.authoring.timezone:utc_epoch datetime@tradewind.authoring.timezone:datetime "
    "is_localized@tradewind.authoring.timezone:is_localized is_naive@tradewind.authoring.timezone:is_naive "
    "make_aware@tradewind.authoring.timezone:make_aware make_naive@tradewind.authoring.timezone:make_naive "
    "parse@tradewind.authoring.timezone:parse coerce_datetime@tradewind.authoring.timezone:coerce_datetime "
    "convert_to_utc@tradewind.authoring.timezone:convert_to_utc "
    "from_timestamp@tradewind.authoring.timezone:from_timestamp "
    "parse_timezone@tradewind.authoring.timezone:parse_timezone "
    "local_timezone@tradewind.authoring.timezone:local_timezone "
    "td_format@tradewind.authoring.timezone:td_format TIMEZONE@tradewind.authoring.timezone:TIMEZONE"
)
_MACROS = " ".join(
    f"{name}@tradewind.authoring.templating.macros:{name}"
    for name in (
        *("datetime", "datetime_diff_for_humans", "dateutil", "ds_add", "ds_format", "ds_format_locale"),
        *("json", "random", "time", "timedelta", "uuid", "yaml"),
    )
)
_EXCEPTIONS = (
    "AirflowException AirflowNotFoundException AirflowBadRequest AirflowConfigException AirflowSkipException "
    "AirflowFailException AirflowSensorTimeout AirflowTaskTimeout AirflowTaskTerminated "
    "AirflowRescheduleException "
    "AirflowOptionalProviderFeatureException AirflowInactiveAssetInInletOrOutletException "
    "AirflowRuntimeError "
    "AirflowDagCycleException AirflowTimetableInvalid DagRunTriggerException DownstreamTasksSkipped "
    "DuplicateTaskIdFound ErrorType FailFastDagInvalidTriggerRule ParamValidationError "
    "TaskAlreadyInTaskGroup "
    "TaskAlreadyRunningError TaskAwaitingInput TaskDeferralError TaskDeferralTimeout TaskDeferred "
    "TaskNotFound "
    "XComForMappingNotPushed XComNotFound UnmappableXComLengthPushed UnmappableXComTypePushed NodeNotFound "
    "AirflowProviderDeprecationWarning"
)
_RETRY = "RetryPolicy ExceptionRetryPolicy RetryRule RetryAction RetryDecision ChainRetryPolicy"
_START_OF = (
    "StartOfHourMapper StartOfDayMapper StartOfWeekMapper StartOfMonthMapper StartOfQuarterMapper "
    "StartOfYearMapper FanOutMapper"
)
_WINDOWS = "Window HourWindow DayWindow WeekWindow MonthWindow QuarterWindow YearWindow SegmentWindow"
_MAPPERS = (
    "AllowedKeyMapper ChainMapper FanOutMapper FixedKeyMapper IdentityMapper PartitionMapper ProductMapper "
    "RollupMapper StartOfDayMapper StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper "
    "StartOfWeekMapper "
    "StartOfYearMapper DayWindow HourWindow MonthWindow QuarterWindow SegmentWindow WeekWindow YearWindow "
    "Window "
    "MinimumCount WaitForAll"
)
_TIMETABLES = (
    "AssetOrTimeSchedule CronDataIntervalTimetable CronPartitionTimetable CronTriggerTimetable "
    "DeltaDataIntervalTimetable DeltaTriggerTimetable EventsTimetable MultipleCronTriggerTimetable "
    "PartitionedAssetTimetable PartitionedAtRuntime"
)
_MASKER = "mask_secret redact SecretsMasker should_hide_value_for_key Redactable Redacted"
_ASSETS = "Asset AssetAlias AssetAll AssetAny AssetAccessControl AssetWatcher"

PATHS: dict[str, str] = {
    "airflow.sdk": (
        f"__version__@tradewind:AIRFLOW_VERSION {_ASSETS} {_TIMETABLES} {_MAPPERS} "
        "AsyncCallback BaseAsyncOperator BaseBranchOperator BaseDeadlineReference BaseHook BaseNotifier "
        "BaseOperator BaseOperatorLink BaseSensorOperator BaseXCom BranchMixIn Connection Context DAG "
        "DagRunState "
        "DeadlineAlert DeadlineReference EdgeModifier ExceptionRetryPolicy Label Metadata NEVER_EXPIRE "
        "ObjectStoragePath Param ParamsDict PokeReturnValue ResumableJobMixin RetryAction RetryDecision "
        "RetryPolicy "
        "RetryRule SkipMixin SyncCallback TaskGroup TaskInstance TaskInstanceState TriggerRule Variable "
        "WeightRule "
        "XComArg asset chain chain_linear conf cross_downstream dag deadline_reference get_current_context "
        "get_parsing_context literal result setup task task_group teardown "
        "macros@tradewind.authoring.templating.macros"
    ),
    "airflow.sdk.exceptions": _EXCEPTIONS,
    "airflow.sdk.timezone": _TIMEZONE,
    "airflow.sdk.log": "mask_secret redact relative_path_from_logger configure_logging",
    "airflow.sdk.types": (
        "TaskInstanceKey RuntimeTaskInstanceProtocol DagRunProtocol Operator Logger DAG BaseOperator Context"
    ),
    "airflow.sdk.state": "AssetScope BaseStoreBackend TaskScope StoreScope TaskInstanceState DagRunState",
    "airflow.sdk.configuration": "conf AirflowSDKConfigParser=AirflowConfigParser",
    "airflow.sdk.module_loading": "import_string qualname is_valid_dotpath iter_namespace",
    "airflow.sdk.yaml": (
        "safe_load@yaml:safe_load dump@yaml:safe_dump safe_dump@yaml:safe_dump YAMLError@yaml:YAMLError"
    ),
    "airflow.sdk.lineage": (
        "HookLineage HookLineageCollector HookLineageReader NoOpCollector AssetLineageInfo LineageContext "
        "get_hook_lineage_collector hook@tradewind.authoring.lineage LineageContext@typing:Any"
    ),
    "airflow.sdk.listener": "get_listener_manager",
    "airflow.sdk.plugins_manager": "AirflowPlugin",
    "airflow.sdk.observability.stats": "Stats",
    "airflow.sdk.io": "ObjectStoragePath attach get_fs has_fs Properties",
    "airflow.sdk.io.path": "ObjectStoragePath",
    "airflow.sdk.io.store": "attach",
    "airflow.sdk.io.stat": "stat_result",
    "airflow.sdk.io.typedef": "Properties",
    "airflow.sdk.crypto": "get_fernet",
    "airflow.sdk.serde": "serialize deserialize",
    "airflow.sdk.providers_manager_runtime": "ProvidersManagerTaskRuntime",
    "airflow.sdk._shared.listeners": "hookimpl",
    "airflow.sdk._shared.observability.metrics.stats": "Stats",
    "airflow.sdk._shared.secrets_masker": _MASKER,
    "airflow.sdk._shared.module_loading": "import_string qualname is_valid_dotpath iter_namespace",
    # --- base classes
    "airflow.sdk.bases.operator": (
        "BaseOperator BaseAsyncOperator chain chain_linear cross_downstream DB_SAFE_MINIMUM DB_SAFE_MAXIMUM "
        "db_safe_priority"
    ),
    "airflow.sdk.bases.sensor": "BaseSensorOperator PokeReturnValue poke_mode_only",
    "airflow.sdk.bases.hook": "BaseHook",
    "airflow.sdk.bases.notifier": "BaseNotifier",
    "airflow.sdk.bases.xcom": "BaseXCom",
    "airflow.sdk.bases.branch": "BaseBranchOperator BranchMixIn",
    "airflow.sdk.bases.skipmixin": "SkipMixin",
    "airflow.sdk.bases.decorator": (
        "DecoratedMappedOperator DecoratedOperator KeywordParameters TaskDecorator determine_kwargs "
        "get_unique_task_id is_async_callable task_decorator_factory"
    ),
    "airflow.sdk.bases.operatorlink": "BaseOperatorLink",
    "airflow.sdk.bases.timetable": "BaseTimetable",
    "airflow.sdk.bases.secrets_backend": "BaseSecretsBackend",
    "airflow.sdk.bases.resumablejobmixin": "ResumableJobMixin",
    # --- definitions
    "airflow.sdk.definitions.dag": "DAG dag",
    "airflow.sdk.definitions.taskgroup": "TaskGroup MappedTaskGroup",
    "airflow.sdk.definitions.mappedoperator": "MappedOperator OperatorPartial",
    "airflow.sdk.definitions.xcom_arg": "XComArg PlainXComArg MapXComArg ZipXComArg ConcatXComArg",
    "airflow.sdk.definitions.param": "Param ParamsDict DagParam",
    "airflow.sdk.definitions.asset": (
        f"{_ASSETS} Dataset Model AssetRef AssetNameRef AssetUriRef AssetUniqueKey AssetAliasUniqueKey"
    ),
    "airflow.sdk.definitions.asset.decorators": "asset",
    "airflow.sdk.definitions.asset.metadata": "Metadata",
    "airflow.sdk.definitions.connection": "Connection",
    "airflow.sdk.definitions.variable": "Variable",
    "airflow.sdk.definitions.context": (
        "Context get_current_context KNOWN_CONTEXT_KEYS context_merge context_copy_partial"
    ),
    "airflow.sdk.definitions.deadline": (
        "DeadlineAlert DeadlineReference VariableInterval BaseDeadlineReference AsyncCallback SyncCallback"
    ),
    "airflow.sdk.definitions.callback": "AsyncCallback SyncCallback",
    "airflow.sdk.definitions.retry_policy": _RETRY,
    "airflow.sdk.definitions.edges": "EdgeModifier Label",
    "airflow.sdk.definitions.template": "literal",
    "airflow.sdk.definitions.decorators": "task dag setup teardown task_group TaskDecoratorCollection",
    "airflow.sdk.definitions.decorators.task_group": "task_group",
    "airflow.sdk.definitions.decorators.setup_teardown": (
        "setup_task=setup teardown_task=teardown ContextWrapper context_wrapper"
    ),
    "airflow.sdk.execution_time.lazy_sequence": "LazyXComSequence",
    "airflow.sdk.definitions.timetables.interval": "CronDataIntervalTimetable DeltaDataIntervalTimetable",
    "airflow.sdk.definitions.timetables.trigger": (
        "CronTriggerTimetable DeltaTriggerTimetable MultipleCronTriggerTimetable CronPartitionTimetable"
    ),
    "airflow.sdk.definitions.timetables.events": "EventsTimetable",
    "airflow.sdk.definitions.timetables.assets": (
        "AssetOrTimeSchedule AssetTriggeredTimetable PartitionedAssetTimetable PartitionedAtRuntime"
    ),
    "airflow.sdk.definitions.partition_mappers": _MAPPERS,
    "airflow.sdk.definitions.partition_mappers.base": "PartitionMapper RollupMapper",
    "airflow.sdk.definitions.partition_mappers.allowed_key": "AllowedKeyMapper",
    "airflow.sdk.definitions.partition_mappers.chain": "ChainMapper",
    "airflow.sdk.definitions.partition_mappers.fixed_key": "FixedKeyMapper",
    "airflow.sdk.definitions.partition_mappers.identity": "IdentityMapper",
    "airflow.sdk.definitions.partition_mappers.product": "ProductMapper",
    "airflow.sdk.definitions.partition_mappers.temporal": _START_OF,
    "airflow.sdk.definitions.partition_mappers.wait_policy": (
        "PartitionSatisfaction WaitPolicy WaitForAll MinimumCount"
    ),
    "airflow.sdk.definitions.partition_mappers.window": _WINDOWS,
    "airflow.sdk.definitions._internal.types": "ArgNotSet NOTSET SET_DURING_EXECUTION is_arg_set",
    "airflow.sdk.definitions._internal.abstractoperator": (
        "AbstractOperator NotMapped TaskStateChangeCallback DEFAULT_OWNER DEFAULT_QUEUE "
        "DEFAULT_TASK_EXECUTION_TIMEOUT"
    ),
    "airflow.sdk.definitions._internal.decorators": "remove_task_decorator fixup_decorator_warning_stack",
    "airflow.sdk.definitions._internal.setup_teardown": "BaseSetupTeardownContext SetupTeardownContext",
    "airflow.sdk.definitions._internal.node": "DAGNode",
    "airflow.sdk.definitions._internal.dag_parsing_context": "_airflow_parsing_context_manager",
    # --- a task while it runs
    "airflow.sdk.execution_time.context": (
        "AIRFLOW_VAR_NAME_FORMAT_MAPPING context_to_airflow_vars context_get_outlet_events NEVER_EXPIRE"
    ),
    "airflow.sdk.execution_time.task_runner": "RuntimeTaskInstance=TaskInstance",
    "airflow.sdk.execution_time.timeout": "timeout TimeoutPosix",
    "airflow.sdk.execution_time.xcom": "XCom",
    "airflow.sdk.execution_time.secrets_masker": _MASKER,
    "airflow.sdk.execution_time.macros": _MACROS,
    "airflow.sdk.execution_time.cache": "SecretCache",
    "airflow.sdk.execution_time.hitl": (
        "HITLUser upsert_hitl_detail update_hitl_detail_response get_hitl_detail_content_detail"
    ),
    "airflow.sdk.execution_time.supervisor": "supervise",
    "airflow.sdk.execution_time.callback_runner": (
        "create_executable_runner create_async_executable_runner ExecutionCallableRunner"
    ),
}
TIMEZONE = _TIMEZONE
MACROS = _MACROS
EXCEPTIONS = _EXCEPTIONS
TIMETABLES = _TIMETABLES
RETRY = _RETRY
MASKER = _MASKER
