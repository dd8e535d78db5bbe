"""Paths of provider packages: the standard one, ours; those we stand in for; where others' names are.

``airflow.providers.standard`` is always ours. For every other path here an installed provider package wins.
"""

NAMESPACES = frozenset({"apache", "atlassian", "cncf", "common", "dbt", "microsoft"})
"""First words of provider packages whose name has two (``apache.spark``)."""

_S = "airflow.providers.standard"
_PYTHON = (
    "PythonOperator BranchPythonOperator ShortCircuitOperator PythonVirtualenvOperator "
    "ExternalPythonOperator "
    "BranchPythonVirtualenvOperator BranchExternalPythonOperator get_current_context "
    "is_venv_installed"
)
_SQL = (
    "BaseSQLOperator BranchSQLOperator SQLCheckOperator SQLColumnCheckOperator SQLExecuteQueryOperator "
    "SQLInsertRowsOperator SQLIntervalCheckOperator SQLTableCheckOperator SQLThresholdCheckOperator "
    "SQLValueCheckOperator"
)

_DECORATORS = {
    "bash": "bash_task _BashDecoratedOperator=BashDecoratedOperator",
    "branch_external_python": "branch_external_python_task",
    "branch_python": "branch_task _BranchPythonDecoratedOperator=BranchDecoratedOperator",
    "branch_virtualenv": "branch_virtualenv_task",
    "external_python": "external_python_task",
    "python": "python_task _PythonDecoratedOperator=PythonDecoratedOperator",
    "python_virtualenv": "virtualenv_task _PythonVirtualenvDecoratedOperator=VirtualenvDecoratedOperator",
    "sensor": "sensor_task DecoratedSensorOperator=SensorDecoratedOperator",
    "short_circuit": "short_circuit_task _ShortCircuitDecoratedOperator=ShortCircuitDecoratedOperator",
}
_COMPAT = (
    "AirflowException AirflowConfigException AirflowFailException AirflowNotFoundException "
    "AirflowOptionalProviderFeatureException AirflowPlugin AirflowSkipException AirflowTaskTimeout Asset "
    "BaseBranchOperator BaseHook BaseNotifier BaseOperator BaseOperatorLink BaseSensorOperator BranchMixIn "
    "Connection Context DAG DagRunTriggerException DecoratedOperator DownstreamTasksSkipped "
    "HookLineageReader KeywordParameters MappedOperator Param ParamValidationError PokeReturnValue "
    "ResumableJobMixin RuntimeTaskInstanceProtocol SkipMixin Stats TaskDecorator TaskDeferred TaskGroup "
    "TaskInstance TaskInstanceKey Variable XCOM_RETURN_KEY XCom XComArg chain conf context_merge "
    "context_to_airflow_vars cross_downstream determine_kwargs get_current_context get_unique_task_id "
    "hookimpl mask_secret poke_mode_only task_decorator_factory timeout timezone@tradewind.authoring.timezone"
)

PATHS: dict[str, str] = {
    f"{_S}.operators.bash": "BashOperator",
    f"{_S}.operators.python": _PYTHON,
    f"{_S}.operators.empty": "EmptyOperator",
    f"{_S}.operators.latest_only": "LatestOnlyOperator",
    f"{_S}.operators.smooth": "SmoothOperator",
    f"{_S}.operators.branch": "BaseBranchOperator BranchMixIn",
    f"{_S}.operators.datetime": "BranchDateTimeOperator",
    f"{_S}.operators.weekday": "BranchDayOfWeekOperator",
    f"{_S}.operators.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink",
    f"{_S}.operators.hitl": "HITLOperator ApprovalOperator HITLBranchOperator HITLEntryOperator",
    f"{_S}.sensors.bash": "BashSensor",
    f"{_S}.sensors.python": "PythonSensor",
    f"{_S}.sensors.filesystem": "FileSensor",
    f"{_S}.sensors.date_time": "DateTimeSensor DateTimeSensorAsync",
    f"{_S}.sensors.time": "TimeSensor TimeSensorAsync",
    f"{_S}.sensors.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor",
    f"{_S}.sensors.weekday": "DayOfWeekSensor",
    f"{_S}.sensors.external_task": "ExternalTaskSensor ExternalTaskMarker ExternalDagLink",
    f"{_S}.exceptions": (
        "AirflowExternalTaskSensorException ExternalDagNotFoundError ExternalDagDeletedError "
        "ExternalTaskNotFoundError ExternalTaskGroupNotFoundError ExternalTaskFailedError "
        "ExternalTaskGroupFailedError ExternalDagFailedError DuplicateStateError HITLTriggerEventError "
        "HITLTimeoutError HITLRejectException"
    ),
    **{f"{_S}.decorators.{module}": words for module, words in _DECORATORS.items()},
    f"{_S}.hooks.filesystem": "FSHook",
    f"{_S}.hooks.package_index": "PackageIndexHook",
    f"{_S}.hooks.subprocess": "SubprocessHook SubprocessResult",
    f"{_S}.triggers.external_task": "WorkflowTrigger DagStateTrigger",
    f"{_S}.triggers.file": "FileTrigger FileDeleteTrigger DirectoryFileDeleteTrigger",
    f"{_S}.triggers.temporal": "DateTimeTrigger TimeDeltaTrigger",
    f"{_S}.triggers.hitl": "HITLTrigger",
    f"{_S}.utils.weekday": "WeekDay",
    f"{_S}.utils.skipmixin": "SkipMixin",
    # --- where an installed provider package wins
    "airflow.providers.common.sql.operators.generic_transfer": "GenericTransfer",
    "airflow.providers.common.sql.operators.sql": f"{_SQL} parse_boolean",
    "airflow.providers.common.compat.sdk": _COMPAT,
    "airflow.providers.common.compat.assets": "Asset AssetAlias AssetAll AssetAny expand_alias_to_assets",
    "airflow.providers.common.compat.lineage.hook": "get_hook_lineage_collector",
    "airflow.providers.common.compat.module_loading": "import_string iter_namespace qualname",
    "airflow.providers.common.compat.notifier": "BaseNotifier",
    "airflow.providers.common.compat.standard.operators": "PythonOperator ShortCircuitOperator BaseOperator",
    "airflow.providers.common.compat.standard.triggers": "TimeDeltaTrigger",
    "airflow.providers.mysql.operators.mysql": "MySqlOperator",
    "airflow.providers.postgres.operators.postgres": "PostgresOperator",
    "airflow.providers.sqlite.operators.sqlite": "SqliteOperator",
    "airflow.providers.smtp.operators.smtp": "EmailOperator",
    "airflow.providers.smtp.hooks.smtp": "SmtpHook",
    "airflow.providers.smtp.notifications.smtp": "SmtpNotifier send_smtp_notification=SmtpNotifier",
    "airflow.providers.common.sql.hooks.sql": "DbApiHook fetch_all_handler@tradewind.authoring.operators.sql:"
    "fetch_all_handler",
    "airflow.providers.common.sql.sensors.sql": "SqlSensor",
    "airflow.providers.http.hooks.http": "HttpHook",
    "airflow.providers.http.operators.http": "HttpOperator SimpleHttpOperator",
    "airflow.providers.http.sensors.http": "HttpSensor",
    "airflow.providers.mysql.hooks.mysql": "MySqlHook",
    "airflow.providers.postgres.hooks.postgres": "PostgresHook",
    "airflow.providers.sqlite.hooks.sqlite": "SqliteHook",
}

SQL = _SQL
PYTHON = _PYTHON
DECORATORS = _DECORATORS

_P = "airflow.providers"
PROVIDED: dict[str, str] = {
    f"{_P}.amazon.aws.hooks.s3": "S3Hook provide_bucket_name",
    f"{_P}.amazon.aws.log.cloudwatch_task_handler": "CloudwatchTaskHandler",
    f"{_P}.amazon.aws.log.s3_task_handler": "S3TaskHandler",
    f"{_P}.amazon.aws.operators.s3": "S3FileTransformOperator",
    f"{_P}.amazon.aws.sensors.s3": "S3KeySensor S3PrefixSensor=S3KeySensor",
    f"{_P}.amazon.aws.transfers.gcs_to_s3": "GCSToS3Operator",
    f"{_P}.amazon.aws.transfers.google_api_to_s3": (
        "GoogleApiToS3Operator GoogleApiToS3Transfer=GoogleApiToS3Operator"
    ),
    f"{_P}.amazon.aws.transfers.redshift_to_s3": (
        "RedshiftToS3Operator RedshiftToS3Transfer=RedshiftToS3Operator"
    ),
    f"{_P}.amazon.aws.transfers.s3_to_redshift": (
        "S3ToRedshiftOperator S3ToRedshiftTransfer=S3ToRedshiftOperator"
    ),
    f"{_P}.apache.druid.hooks.druid": "DruidDbApiHook DruidHook",
    f"{_P}.apache.druid.operators.druid_check": "DruidCheckOperator",
    f"{_P}.apache.druid.transfers.hive_to_druid": (
        "HiveToDruidOperator HiveToDruidTransfer=HiveToDruidOperator"
    ),
    f"{_P}.apache.hdfs.hooks.webhdfs": "WebHDFSHook",
    f"{_P}.apache.hdfs.sensors.hdfs": "HdfsSensor",
    f"{_P}.apache.hdfs.sensors.web_hdfs": "WebHdfsSensor",
    f"{_P}.apache.hive.hooks.hive": "HIVE_QUEUE_PRIORITIES HiveCliHook HiveMetastoreHook HiveServer2Hook",
    f"{_P}.apache.hive.macros.hive": "closest_ds_partition max_partition",
    f"{_P}.apache.hive.operators.hive": "HiveOperator",
    f"{_P}.apache.hive.operators.hive_stats": "HiveStatsCollectionOperator",
    f"{_P}.apache.hive.sensors.hive_partition": "HivePartitionSensor",
    f"{_P}.apache.hive.sensors.metastore_partition": "MetastorePartitionSensor",
    f"{_P}.apache.hive.sensors.named_hive_partition": "NamedHivePartitionSensor",
    f"{_P}.apache.hive.transfers.hive_to_mysql": (
        "HiveToMySqlOperator HiveToMySqlTransfer=HiveToMySqlOperator"
    ),
    f"{_P}.apache.hive.transfers.hive_to_samba": "HiveToSambaOperator Hive2SambaOperator=HiveToSambaOperator",
    f"{_P}.apache.hive.transfers.mssql_to_hive": (
        "MsSqlToHiveOperator MsSqlToHiveTransfer=MsSqlToHiveOperator"
    ),
    f"{_P}.apache.hive.transfers.mysql_to_hive": (
        "MySqlToHiveOperator MySqlToHiveTransfer=MySqlToHiveOperator"
    ),
    f"{_P}.apache.hive.transfers.s3_to_hive": "S3ToHiveOperator S3ToHiveTransfer=S3ToHiveOperator",
    f"{_P}.apache.pig.hooks.pig": "PigCliHook",
    f"{_P}.apache.pig.operators.pig": "PigOperator",
    f"{_P}.celery.executors.celery_executor": "CeleryExecutor",
    f"{_P}.celery.executors.celery_kubernetes_executor": "CeleryKubernetesExecutor",
    f"{_P}.celery.executors.default_celery": "DEFAULT_CELERY_CONFIG",
    f"{_P}.cncf.kubernetes.executors.kubernetes_executor": "KubernetesExecutor",
    f"{_P}.cncf.kubernetes.executors.local_kubernetes_executor": "LocalKubernetesExecutor",
    f"{_P}.cncf.kubernetes.kube_client": "get_kube_client",
    f"{_P}.cncf.kubernetes.k8s_model": "K8SModel append_to_pod",
    f"{_P}.cncf.kubernetes.kubernetes_helper_functions": (
        "add_pod_suffix annotations_to_key create_pod_id get_logs_task_metadata rand_str"
    ),
    f"{_P}.cncf.kubernetes.pod_generator": (
        "PodGenerator PodDefaults make_safe_label_value merge_objects extend_object_field "
        "datetime_to_label_safe_datestring label_safe_datestring_to_datetime"
    ),
    f"{_P}.cncf.kubernetes.secret": "Secret",
    f"{_P}.cncf.kubernetes.utils.pod_manager": "PodLauncher=PodManager PodStatus=PodPhase",
    f"{_P}.daskexecutor.executors.dask_executor": "DaskExecutor",
    f"{_P}.docker.hooks.docker": "DockerHook",
    f"{_P}.docker.operators.docker": "DockerOperator",
    f"{_P}.elasticsearch.log.es_task_handler": "ElasticsearchTaskHandler",
    f"{_P}.google.cloud.log.gcs_task_handler": "GCSTaskHandler",
    f"{_P}.google.cloud.log.stackdriver_task_handler": "StackdriverTaskHandler",
    f"{_P}.jdbc.hooks.jdbc": "JdbcHook",
    f"{_P}.jdbc.operators.jdbc": "JdbcOperator",
    f"{_P}.microsoft.azure.log.wasb_task_handler": "WasbTaskHandler",
    f"{_P}.microsoft.mssql.hooks.mssql": "MsSqlHook",
    f"{_P}.microsoft.mssql.operators.mssql": "MsSqlOperator",
    f"{_P}.mysql.operators.mysql": "MySqlOperator",
    f"{_P}.mysql.transfers.presto_to_mysql": (
        "PrestoToMySqlOperator PrestoToMySqlTransfer=PrestoToMySqlOperator"
    ),
    f"{_P}.oracle.hooks.oracle": "OracleHook",
    f"{_P}.oracle.operators.oracle": "OracleOperator",
    f"{_P}.papermill.operators.papermill": "PapermillOperator",
    f"{_P}.postgres.operators.postgres": "PostgresOperator",
    f"{_P}.presto.hooks.presto": "PrestoHook",
    f"{_P}.samba.hooks.samba": "SambaHook",
    f"{_P}.slack.hooks.slack": "SlackHook",
    f"{_P}.slack.operators.slack": "SlackAPIOperator SlackAPIPostOperator",
    f"{_P}.sqlite.operators.sqlite": "SqliteOperator",
    f"{_P}.zendesk.hooks.zendesk": "ZendeskHook",
}
