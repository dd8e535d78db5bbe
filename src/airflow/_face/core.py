"""Paths of Airflow 2.x, and those of 3.x outside ``airflow.sdk``."""

from airflow._face.providers import DECORATORS, PYTHON, SQL
from airflow._face.sdk import EXCEPTIONS, MACROS, MASKER, TIMETABLES, TIMEZONE

_MODELS = (
    "DAG BaseOperator BaseOperatorLink Connection DagBag DagModel DagPickle DagRun DagTag DbCallbackRequest "
    "Log "
    "MappedOperator Operator Param Pool RenderedTaskInstanceFields SkipMixin SlaMiss TaskFail TaskInstance "
    "TaskReschedule Trigger Variable XCom XCOM_RETURN_KEY clear_task_instances "
    "ImportError=ParseImportError User@tradewind.authoring.rows:User"
)
_DATES = (
    "cron_presets days_ago date_range round_time infer_time_unit scale_time_units parse_execution_date "
    "datetime_to_nano"
)
_START_OF = (
    "StartOfHourMapper StartOfDayMapper StartOfWeekMapper StartOfMonthMapper StartOfQuarterMapper "
    "StartOfYearMapper FanOutMapper"
)
_WINDOWS = "Window HourWindow DayWindow WeekWindow MonthWindow QuarterWindow YearWindow SegmentWindow"
_ASSETS = (
    "Asset AssetAlias AssetAll AssetAny Dataset DatasetAlias DatasetAll DatasetAny DatasetEvent "
    "expand_alias_to_datasets BaseDatasetEventInput"
)
_TYPING = (
    *(
        "Annotated",
        "Final",
        "Literal",
        "ParamSpec",
        "Protocol",
        "Self",
        "TypeAlias",
        "TypedDict",
        "TypeGuard",
    ),
    *("NotRequired", "Unpack", "overload", "runtime_checkable"),
)

PATHS: dict[str, str] = {
    "airflow": (
        "DAG Asset XComArg Dataset AirflowException PY36@builtins:True "
        "PY37@builtins:True PY38@builtins:True PY39@builtins:True PY310@builtins:True PY311@builtins:True"
    ),
    "airflow.version": "version@tradewind:AIRFLOW_VERSION",
    "airflow.exceptions": (
        f"{EXCEPTIONS} AirflowClusterPolicyError AirflowClusterPolicySkipDag AirflowClusterPolicyViolation "
        "AirflowDagDuplicatedIdException AirflowFileParseException AirflowInternalRuntimeError "
        "AirflowMaskingException "
        "AirflowUnsupportedFileTypeException ConnectionNotUnique DagCodeNotFound DagFileExists "
        "DagInvalidTriggerRule "
        "DagNotFound DagRunAlreadyExists DagRunNotFound DeserializingResultError "
        "FailStopDagInvalidTriggerRule "
        "FileSyntaxError InvalidStatsNameException NoAvailablePoolSlot PoolNotFound RemovedInAirflow3Warning "
        "RemovedInAirflow4Warning "
        "SerializationError TaskInstanceNotFound UnknownExecutorException VariableNotUnique"
    ),
    "airflow.configuration": (
        "conf AirflowConfigParser AIRFLOW_HOME@tradewind.authoring.settings:AIRFLOW_HOME "
        + " ".join(
            f"{verb}@tradewind.authoring.settings:{verb}"
            for verb in ("get", "getboolean", "getint", "getfloat", "has_option", "getsection", "as_dict")
        )
    ),
    "airflow.settings": " ".join(
        f"{name}@tradewind.authoring.settings:{name}"
        for name in (
            *("AIRFLOW_HOME", "DAGS_FOLDER", "PLUGINS_FOLDER", "SQL_ALCHEMY_CONN", "TIMEZONE", "Session"),
            *("EXECUTE_TASKS_NEW_PYTHON_INTERPRETER", "LAZY_LOAD_PLUGINS", "LAZY_LOAD_PROVIDERS"),
            *("MASK_SECRETS_IN_LOGS", "STORE_DAG_CODE", "STORE_SERIALIZED_DAGS"),
            *("engine", "pod_mutation_hook"),
        )
    )
    + " conf Stats",
    "airflow.macros": MACROS,
    "airflow.decorators": "task dag task_group setup teardown",
    "airflow.decorators.base": (
        "DecoratedMappedOperator DecoratedOperator TaskDecorator TaskDecoratorCollection get_unique_task_id "
        "task_decorator_factory"
    ),
    "airflow.decorators.task_group": "task_group",
    **{f"airflow.decorators.{module}": words for module, words in DECORATORS.items()},
    "airflow.decorators.setup_teardown": (
        "setup_task=setup teardown_task=teardown ContextWrapper context_wrapper"
    ),
    # --- models
    "airflow.models": _MODELS,
    "airflow.models.abstractoperator": (
        "AbstractOperator NotMapped TaskStateChangeCallback DEFAULT_OWNER DEFAULT_QUEUE "
        "DEFAULT_TASK_EXECUTION_TIMEOUT "
        "DEFAULT_RETRIES DEFAULT_RETRY_DELAY DEFAULT_POOL_SLOTS DEFAULT_PRIORITY_WEIGHT DEFAULT_TRIGGER_RULE"
    ),
    "airflow.models.base": "Base ID_LEN StringID naming_convention",
    "airflow.models.baseoperator": "BaseOperator BaseOperatorLink chain chain_linear cross_downstream",
    "airflow.models.baseoperatorlink": "BaseOperatorLink",
    "airflow.models.connection": "Connection",
    "airflow.models.crypto": "get_fernet",
    "airflow.models.dag": "DAG dag DagContext DagModel DagTag create_timetable",
    "airflow.models.dagbag": "DagBag DBDagBag",
    "airflow.models.dagparam": "DagParam",
    "airflow.models.dagrun": "DagRun DagRunType DagRunState",
    "airflow.models.errors": "ParseImportError ImportError=ParseImportError",
    "airflow.models.expandinput": "EXPAND_INPUT_EMPTY",
    "airflow.models.log": "Log",
    "airflow.models.mappedoperator": "MappedOperator OperatorPartial",
    "airflow.models.operator": "BaseOperator Operator MappedOperator",
    "airflow.models.param": "Param ParamsDict DagParam",
    "airflow.models.pool": "Pool",
    "airflow.models.renderedtifields": "RenderedTaskInstanceFields",
    "airflow.models.skipmixin": "SkipMixin",
    "airflow.models.slamiss": "SlaMiss",
    "airflow.models.taskinstance": (
        "TaskInstance TaskInstanceKey SimpleTaskInstance clear_task_instances _CURRENT_CONTEXT "
        "set_current_context Context"
    ),
    "airflow.models.taskinstancekey": "TaskInstanceKey",
    "airflow.models.taskmixin": "DAGNode DependencyMixin TaskMixin",
    "airflow.models.taskreschedule": "TaskReschedule",
    "airflow.models.trigger": "Trigger",
    "airflow.models.variable": "Variable",
    "airflow.models.serialized_dag": "SerializedDagModel",
    "airflow.models.xcom": "XCom XComModel BaseXCom XCOM_RETURN_KEY resolve_xcom_backend",
    "airflow.models.xcom_arg": "XComArg PlainXComArg MapXComArg ZipXComArg",
    "airflow.models.asset": "AssetModel AssetEvent expand_alias_to_assets",
    "airflow.models.dataset": "DatasetModel DatasetEvent",
    # --- operators, sensors, hooks, triggers
    "airflow.operators.bash": "BashOperator",
    "airflow.operators.branch": "BaseBranchOperator BranchMixIn",
    "airflow.operators.datetime": "BranchDateTimeOperator",
    "airflow.operators.dummy": "DummyOperator EmptyOperator",
    "airflow.operators.email": "EmailOperator",
    "airflow.operators.empty": "EmptyOperator",
    "airflow.operators.generic_transfer": "GenericTransfer",
    "airflow.operators.latest_only": "LatestOnlyOperator",
    "airflow.operators.python": PYTHON,
    "airflow.operators.smooth": "SmoothOperator",
    "airflow.operators.sql": f"{SQL} parse_boolean",
    "airflow.operators.subdag": "SubDagOperator SkippedStatePropagationOptions",
    "airflow.operators.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink",
    "airflow.operators.weekday": "BranchDayOfWeekOperator",
    "airflow.sensors.base": "BaseSensorOperator PokeReturnValue poke_mode_only",
    "airflow.sensors.bash": "BashSensor",
    "airflow.sensors.date_time": "DateTimeSensor DateTimeSensorAsync",
    "airflow.sensors.external_task": (
        "ExternalTaskSensor ExternalTaskMarker ExternalDagLink ExternalTaskSensorLink"
    ),
    "airflow.sensors.filesystem": "FileSensor",
    "airflow.sensors.python": "PythonSensor",
    "airflow.sensors.sql": "SqlSensor",
    "airflow.sensors.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync",
    "airflow.sensors.time_sensor": "TimeSensor TimeSensorAsync",
    "airflow.sensors.weekday": "DayOfWeekSensor",
    "airflow.hooks.base": "BaseHook DiscoverableHook",
    "airflow.hooks.dbapi": "DbApiHook",
    "airflow.hooks.filesystem": "FSHook",
    "airflow.hooks.package_index": "PackageIndexHook",
    "airflow.hooks.subprocess": "SubprocessHook SubprocessResult",
    "airflow.triggers.base": (
        "BaseTrigger BaseEventTrigger TriggerEvent TaskSuccessEvent TaskFailedEvent TaskSkippedEvent "
        "StartTriggerArgs"
    ),
    "airflow.triggers.external_task": "WorkflowTrigger DagStateTrigger",
    "airflow.triggers.file": "FileTrigger",
    "airflow.triggers.temporal": "DateTimeTrigger TimeDeltaTrigger",
    "airflow.triggers.testing": "SuccessTrigger FailureTrigger",
    "airflow.notifications.basenotifier": "BaseNotifier",
    # --- schedules and assets
    "airflow.timetables.base": "DataInterval DagRunInfo TimeRestriction Timetable",
    "airflow.timetables.interval": "CronDataIntervalTimetable DeltaDataIntervalTimetable",
    "airflow.timetables.trigger": (
        "CronTriggerTimetable DeltaTriggerTimetable MultipleCronTriggerTimetable CronPartitionTimetable"
    ),
    "airflow.timetables.simple": "NullTimetable OnceTimetable ContinuousTimetable AssetTriggeredTimetable",
    "airflow.timetables.events": "EventsTimetable",
    "airflow.timetables.datasets": "DatasetOrTimeSchedule",
    "airflow.timetables.assets": "AssetOrTimeSchedule",
    "airflow.partition_mappers": "PartitionMapper RollupMapper IdentityMapper AllowedKeyMapper ChainMapper "
    f"FixedKeyMapper ProductMapper WaitForAll MinimumCount {_START_OF} {_WINDOWS}",
    "airflow.partition_mappers.base": "PartitionMapper RollupMapper",
    "airflow.partition_mappers.allowed_key": "AllowedKeyMapper",
    "airflow.partition_mappers.chain": "ChainMapper",
    "airflow.partition_mappers.fixed_key": "FixedKeyMapper",
    "airflow.partition_mappers.identity": "IdentityMapper",
    "airflow.partition_mappers.product": "ProductMapper",
    "airflow.partition_mappers.temporal": _START_OF,
    "airflow.partition_mappers.wait_policy": "PartitionSatisfaction WaitPolicy WaitForAll MinimumCount",
    "airflow.partition_mappers.window": _WINDOWS,
    "airflow.datasets": _ASSETS,
    "airflow.datasets.metadata": "Metadata",
    "airflow.assets": _ASSETS,
    "airflow.assets.metadata": "Metadata",
    # --- utils
    "airflow.utils.cli": "suppress_logs_and_warning get_dag get_bagged_dag setup_locations",
    "airflow.utils.context": (
        "Context KNOWN_CONTEXT_KEYS context_copy_partial context_merge context_get_outlet_events"
    ),
    "airflow.utils.dag_cycle_tester": "check_cycle test_cycle=check_cycle",
    "airflow.utils.dag_parsing_context": (
        "get_parsing_context AirflowParsingContext _airflow_parsing_context_manager"
    ),
    "airflow.utils.dates": _DATES,
    "airflow.utils.db": "provide_session create_session DBLocks create_global_lock",
    "airflow.utils.decorators": "apply_defaults remove_task_decorator fixup_decorator_warning_stack",
    "airflow.utils.deprecation_tools": "add_deprecated_classes",
    "airflow.utils.edgemodifier": "EdgeModifier Label",
    "airflow.utils.email": (
        "send_email send_email_smtp send_mime_email build_mime_message get_email_address_list"
    ),
    "airflow.utils.file": (
        "correct_maybe_zipped get_unique_dag_module_name list_py_file_paths mkdirs open_maybe_zipped "
        "TemporaryDirectory"
    ),
    "airflow.utils.hashlib_wrapper": "md5@hashlib:md5",
    "airflow.utils.helpers": (
        "validate_key validate_group_key is_container as_tuple chunks reduce_in_chunks as_flattened_list "
        "partition "
        "exactly_one at_most_one prune_dict merge_dicts convert_camel_to_snake ask_yesno render_log_filename "
        "build_airflow_url_with_query build_airflow_dagrun_url chain cross_downstream parse_template_string "
        "render_template render_template_as_native render_template_to_string "
        "KEY_REGEX GROUP_KEY_REGEX CAMELCASE_TO_SNAKE_CASE_REGEX"
    ),
    "airflow.utils.json": "XComDecoder XComEncoder AirflowJsonEncoder WebEncoder",
    "airflow.utils.log.logging_mixin": "LoggingMixin StreamLogWriter remove_escape_codes redirect_stdout",
    "airflow.utils.log.file_task_handler": "FileTaskHandler",
    "airflow.utils.log.secrets_masker": MASKER,
    "airflow.utils.module_loading": "import_string qualname is_valid_dotpath iter_namespace",
    "airflow.utils.net": "get_hostname@socket:gethostname getfqdn@socket:getfqdn get_host_ip_address",
    "airflow.utils.operator_helpers": (
        "KeywordParameters determine_kwargs make_kwargs_callable context_to_airflow_vars "
        "ExecutionCallableRunner "
        "AIRFLOW_VAR_NAME_FORMAT_MAPPING"
    ),
    "airflow.utils.platform": "getuser@getpass:getuser is_tty",
    "airflow.utils.process_utils": "patch_environ execute_in_subprocess set_component_mp_start_method",
    "airflow.utils.session": "provide_session create_session NEW_SESSION",
    "airflow.utils.setup_teardown": "BaseSetupTeardownContext SetupTeardownContext",
    "airflow.utils.state": "State TaskInstanceState DagRunState TerminalTIState IntermediateTIState JobState",
    "airflow.utils.strings": "to_boolean get_random_string",
    "airflow.utils.task_group": "TaskGroup MappedTaskGroup task_group_to_dict",
    "airflow.utils.template": "literal LiteralValue",
    "airflow.utils.timeout": "timeout TimeoutPosix",
    "airflow.utils.timezone": TIMEZONE,
    "airflow.utils.trigger_rule": "TriggerRule",
    "airflow.utils.types": "ArgNotSet NOTSET DagRunType DagRunTriggeredByType EdgeInfoType",
    "airflow.utils.weekday": "WeekDay",
    "airflow.utils.weight_rule": "WeightRule DB_SAFE_MINIMUM DB_SAFE_MAXIMUM db_safe_priority",
    "airflow.utils.xcom": "XCOM_RETURN_KEY",
    "airflow.utils.yaml": (
        "safe_load@yaml:safe_load dump@yaml:safe_dump safe_dump@yaml:safe_dump YAMLError@yaml:YAMLError"
    ),
    "airflow.task.trigger_rule": "TriggerRule",
    "airflow.task.weight_rule": "WeightRule",
    "airflow.task.priority_strategy": "PriorityWeightStrategy",
    "airflow.template.templater": "Templater LiteralValue",
    "airflow.lineage": "AUTO apply_lineage prepare_lineage",
    "airflow.lineage.entities": " ".join(
        f"{name}@tradewind.authoring.lineage_entities:{name}"
        for name in ("File", "Table", "Column", "Tag", "User")
    ),
    "airflow.lineage.hook": "HookLineage HookLineageCollector get_hook_lineage_collector AssetLineageInfo",
    "airflow.io": "get_fs has_fs attach Properties",
    "airflow.io.path": "ObjectStoragePath",
    "airflow.io.storage": "attach",
    "airflow.io.store": "attach",
    "airflow.io.typedef": "Properties",
    "airflow.io.utils.stat": "stat_result",
    "airflow.stats": "Stats",
    "airflow.serialization.definitions.notset": "ArgNotSet NOTSET is_arg_set",
    "airflow.typing_compat": " ".join(f"{name}@typing:{name}" for name in _TYPING),
    "airflow.plugins_manager": "AirflowPlugin",
    "airflow.providers_manager": "ProvidersManager",
    "airflow.policies": "hookimpl",
    "airflow.listeners": "hookimpl",
    "airflow.listeners.listener": "get_listener_manager ListenerManager",
    "airflow.secrets": "BaseSecretsBackend",
    "airflow.secrets.base_secrets": "BaseSecretsBackend",
    "airflow.secrets.environment_variables": "EnvironmentVariablesBackend",
    "airflow.secrets.local_filesystem": "LocalFilesystemBackend",
    "airflow.secrets.metastore": "MetastoreBackend",
    "airflow.secrets.cache": "SecretCache",
    "airflow.sdk.definitions.timetables": TIMETABLES,
    "airflow.executors.base_executor": "BaseExecutor ExecutorConf RunningRetryAttemptType",
    "airflow.executors.local_executor": "LocalExecutor",
    "airflow.executors.sequential_executor": "SequentialExecutor",
    "airflow.executors.debug_executor": "DebugExecutor",
    "airflow.executors.executor_loader": "ExecutorLoader",
    "airflow.security.permissions": (
        "RESOURCE_DAG RESOURCE_DATASET RESOURCE_ASSET RESOURCE_CONNECTION RESOURCE_DAG_PREFIX "
        "RESOURCE_DAG_RUN RESOURCE_POOL RESOURCE_TASK_INSTANCE RESOURCE_VARIABLE RESOURCE_XCOM "
        "ACTION_CAN_CREATE ACTION_CAN_READ ACTION_CAN_EDIT ACTION_CAN_DELETE ACTION_CAN_ACCESS_MENU "
        "resource_name_for_dag"
    ),
    "airflow.api.common.trigger_dag": "trigger_dag",
    "airflow.api.common.experimental.trigger_dag": "trigger_dag",
    "airflow.dag_processing.bundles.base": "BaseDagBundle",
    "airflow.dag_processing.dagbag": "DagBag",
}
