"""Paths of Airflow 1.x: flat names, suffixed modules, ``airflow.contrib``; and parts that are not built."""

from __future__ import annotations

from functools import cache

from airflow._face.contrib import CONTRIB

_CHECKS = (
    "SQLCheckOperator SQLIntervalCheckOperator SQLThresholdCheckOperator SQLValueCheckOperator CheckOperator "
    "IntervalCheckOperator ThresholdCheckOperator ValueCheckOperator"
)

PATHS: dict[str, str] = {
    # --- flat names
    "airflow.operators": (
        "BashOperator CheckOperator ValueCheckOperator IntervalCheckOperator PythonOperator "
        "BranchPythonOperator "
        "ShortCircuitOperator HiveOperator PigOperator PrestoCheckOperator PrestoValueCheckOperator "
        "PrestoIntervalCheckOperator BaseSensorOperator ExternalTaskSensor HdfsSensor HivePartitionSensor "
        "HttpSensor "
        "MetastorePartitionSensor NamedHivePartitionSensor S3KeySensor S3PrefixSensor SqlSensor "
        "TimeDeltaSensor "
        "TimeSensor WebHdfsSensor TriggerDagRunOperator DummyOperator EmailOperator Hive2SambaOperator "
        "LatestOnlyOperator MySqlOperator SqliteOperator MySqlToHiveTransfer PostgresOperator SubDagOperator "
        "HiveStatsCollectionOperator S3ToHiveTransfer HiveToMySqlTransfer PrestoToMySqlTransfer "
        "S3FileTransformOperator SimpleHttpOperator HiveToDruidTransfer JdbcOperator MsSqlOperator "
        "MsSqlToHiveTransfer SlackAPIOperator SlackAPIPostOperator GenericTransfer OracleOperator "
        "BaseOperator"
    ),
    "airflow.sensors": (
        "BaseSensorOperator ExternalTaskSensor ExternalTaskMarker HdfsSensor HivePartitionSensor HttpSensor "
        "MetastorePartitionSensor NamedHivePartitionSensor S3KeySensor S3PrefixSensor SqlSensor "
        "TimeDeltaSensor "
        "TimeSensor WebHdfsSensor"
    ),
    "airflow.hooks": (
        "BaseHook DbApiHook DockerHook DruidHook HiveCliHook HiveMetastoreHook HiveServer2Hook HttpHook "
        "JdbcHook "
        "MsSqlHook MySqlHook OracleHook PigCliHook PostgresHook PrestoHook S3Hook SambaHook SlackHook "
        "SqliteHook "
        "WebHDFSHook ZendeskHook"
    ),
    "airflow.executors": (
        "SequentialExecutor LocalExecutor CeleryExecutor DaskExecutor BaseExecutor DebugExecutor"
    ),
    # --- modules with a suffix
    "airflow.operators.bash_operator": "BashOperator",
    "airflow.operators.branch_operator": "BaseBranchOperator",
    "airflow.operators.check_operator": _CHECKS,
    "airflow.operators.dagrun_operator": "TriggerDagRunOperator TriggerDagRunLink DagRunOrder",
    "airflow.operators.docker_operator": "DockerOperator",
    "airflow.operators.druid_check_operator": "DruidCheckOperator",
    "airflow.operators.dummy_operator": "DummyOperator EmptyOperator",
    "airflow.operators.email_operator": "EmailOperator",
    "airflow.operators.gcs_to_s3": "GCSToS3Operator",
    "airflow.operators.google_api_to_s3_transfer": "GoogleApiToS3Operator GoogleApiToS3Transfer",
    "airflow.operators.hive_operator": "HiveOperator",
    "airflow.operators.hive_stats_operator": "HiveStatsCollectionOperator",
    "airflow.operators.hive_to_druid": "HiveToDruidOperator HiveToDruidTransfer",
    "airflow.operators.hive_to_mysql": "HiveToMySqlOperator HiveToMySqlTransfer",
    "airflow.operators.hive_to_samba_operator": "HiveToSambaOperator Hive2SambaOperator",
    "airflow.operators.http_operator": "SimpleHttpOperator",
    "airflow.operators.jdbc_operator": "JdbcOperator",
    "airflow.operators.latest_only_operator": "LatestOnlyOperator",
    "airflow.operators.mssql_operator": "MsSqlOperator",
    "airflow.operators.mssql_to_hive": "MsSqlToHiveOperator MsSqlToHiveTransfer",
    "airflow.operators.mysql_operator": "MySqlOperator",
    "airflow.operators.mysql_to_hive": "MySqlToHiveOperator MySqlToHiveTransfer",
    "airflow.operators.oracle_operator": "OracleOperator",
    "airflow.operators.papermill_operator": "PapermillOperator",
    "airflow.operators.pig_operator": "PigOperator",
    "airflow.operators.postgres_operator": "PostgresOperator",
    "airflow.operators.presto_check_operator": (
        "PrestoCheckOperator PrestoIntervalCheckOperator PrestoValueCheckOperator SQLCheckOperator "
        "SQLIntervalCheckOperator SQLValueCheckOperator"
    ),
    "airflow.operators.presto_to_mysql": "PrestoToMySqlOperator PrestoToMySqlTransfer",
    "airflow.operators.python_operator": (
        "PythonOperator BranchPythonOperator ShortCircuitOperator PythonVirtualenvOperator"
    ),
    "airflow.operators.redshift_to_s3_operator": "RedshiftToS3Operator RedshiftToS3Transfer",
    "airflow.operators.s3_file_transform_operator": "S3FileTransformOperator",
    "airflow.operators.s3_to_hive_operator": "S3ToHiveOperator S3ToHiveTransfer",
    "airflow.operators.s3_to_redshift_operator": "S3ToRedshiftOperator S3ToRedshiftTransfer",
    "airflow.operators.sensors": (
        "BaseSensorOperator ExternalTaskSensor HdfsSensor HivePartitionSensor HttpSensor "
        "MetastorePartitionSensor "
        "NamedHivePartitionSensor S3KeySensor S3PrefixSensor SqlSensor TimeDeltaSensor TimeSensor "
        "WebHdfsSensor"
    ),
    "airflow.operators.slack_operator": "SlackAPIOperator SlackAPIPostOperator",
    "airflow.operators.sql_branch_operator": "BranchSQLOperator BranchSqlOperator",
    "airflow.operators.sqlite_operator": "SqliteOperator",
    "airflow.operators.subdag_operator": "SubDagOperator SkippedStatePropagationOptions",
    "airflow.sensors.base_sensor_operator": "BaseSensorOperator",
    "airflow.sensors.date_time_sensor": "DateTimeSensor",
    "airflow.sensors.external_task_sensor": "ExternalTaskSensor ExternalTaskMarker ExternalTaskSensorLink",
    "airflow.sensors.hdfs_sensor": "HdfsSensor",
    "airflow.sensors.hive_partition_sensor": "HivePartitionSensor",
    "airflow.sensors.http_sensor": "HttpSensor",
    "airflow.sensors.metastore_partition_sensor": "MetastorePartitionSensor",
    "airflow.sensors.named_hive_partition_sensor": "NamedHivePartitionSensor",
    "airflow.sensors.s3_key_sensor": "S3KeySensor",
    "airflow.sensors.s3_prefix_sensor": "S3PrefixSensor",
    "airflow.sensors.sql_sensor": "SqlSensor",
    "airflow.sensors.time_delta_sensor": "TimeDeltaSensor",
    "airflow.sensors.web_hdfs_sensor": "WebHdfsSensor",
    "airflow.hooks.S3_hook": "S3Hook provide_bucket_name",
    "airflow.hooks.base_hook": "BaseHook",
    "airflow.hooks.dbapi_hook": "DbApiHook",
    "airflow.hooks.docker_hook": "DockerHook",
    "airflow.hooks.druid_hook": "DruidDbApiHook DruidHook",
    "airflow.hooks.hive_hooks": "HIVE_QUEUE_PRIORITIES HiveCliHook HiveMetastoreHook HiveServer2Hook",
    "airflow.hooks.http_hook": "HttpHook",
    "airflow.hooks.jdbc_hook": "JdbcHook",
    "airflow.hooks.mssql_hook": "MsSqlHook",
    "airflow.hooks.mysql_hook": "MySqlHook",
    "airflow.hooks.oracle_hook": "OracleHook",
    "airflow.hooks.pig_hook": "PigCliHook",
    "airflow.hooks.postgres_hook": "PostgresHook",
    "airflow.hooks.presto_hook": "PrestoHook",
    "airflow.hooks.samba_hook": "SambaHook",
    "airflow.hooks.slack_hook": "SlackHook",
    "airflow.hooks.sqlite_hook": "SqliteHook",
    "airflow.hooks.webhdfs_hook": "WebHDFSHook",
    "airflow.hooks.zendesk_hook": "ZendeskHook",
    "airflow.executors.celery_executor": "CeleryExecutor",
    "airflow.executors.celery_kubernetes_executor": "CeleryKubernetesExecutor",
    "airflow.executors.dask_executor": "DaskExecutor",
    "airflow.executors.kubernetes_executor": "KubernetesExecutor",
    "airflow.executors.local_kubernetes_executor": "LocalKubernetesExecutor",
    "airflow.config_templates.default_celery": "DEFAULT_CELERY_CONFIG",
    "airflow.kubernetes.kube_client": "get_kube_client",
    "airflow.kubernetes.k8s_model": "K8SModel append_to_pod",
    "airflow.kubernetes.kubernetes_helper_functions": (
        "add_pod_suffix annotations_to_key create_pod_id get_logs_task_metadata rand_str"
    ),
    "airflow.kubernetes.pod_generator": (
        "PodGenerator PodDefaults make_safe_label_value merge_objects extend_object_field add_pod_suffix "
        "rand_str datetime_to_label_safe_datestring label_safe_datestring_to_datetime"
    ),
    "airflow.kubernetes.pod_launcher": "PodLauncher PodStatus",
    "airflow.kubernetes.secret": "Secret K8SModel",
    "airflow.macros.hive": "closest_ds_partition max_partition",
    "airflow.contrib.auth.backends.password_auth": "PasswordUser@tradewind.authoring.rows:PasswordUser",
    "airflow.contrib.auth.backends.ldap_auth": "LdapUser",
    "airflow.utils.log.cloudwatch_task_handler": "CloudwatchTaskHandler",
    "airflow.utils.log.es_task_handler": "ElasticsearchTaskHandler",
    "airflow.utils.log.gcs_task_handler": "GCSTaskHandler",
    "airflow.utils.log.s3_task_handler": "S3TaskHandler",
    "airflow.utils.log.stackdriver_task_handler": "StackdriverTaskHandler",
    "airflow.utils.log.wasb_task_handler": "WasbTaskHandler",
    "airflow.utils.operator_resources": "Resources",
}

NOT_BUILT: dict[str, str] = {
    "airflow._shared": "what its distributions share",
    "airflow.api": "its Python API",
    "airflow.api_connexion": "its REST API of 2.x",
    "airflow.api_fastapi": "its web server",
    "airflow.api_internal": "its internal API of 2.x",
    "airflow.auth": "its auth managers",
    "airflow.callbacks": "its callback requests",
    "airflow.cli": "its command line, for extension",
    "airflow.contrib": "contributed code of 1.10",
    "airflow.dag_processing": "its DAG processor",
    "airflow.example_dags": "its example DAGs; Tradewind's are in tradewind.example_dags",
    "airflow.executors": "its executors",
    "airflow.io": "its object storage",
    "airflow.jobs": "its job runners",
    "airflow.kubernetes": "its Kubernetes support",
    "airflow.lineage": "its lineage",
    "airflow.logging_config": "its logging set-up",
    "airflow.metrics": "its metrics",
    "airflow.migrations": "its migrations",
    "airflow.reproducible_build": "its build",
    "airflow.security": "its security",
    "airflow.sentry": "its Sentry support",
    "airflow.serialization": "its serialization",
    "airflow.task": "its task runners",
    "airflow.ti_deps": "its dependency checks",
    "airflow.traces": "its traces",
    "airflow.observability": "its metrics and traces",
    "airflow.models.callback": "its tables of callbacks",
    "airflow.sdk.api": "its client of the execution API",
    "airflow.sdk.execution_time.comms": "the talk of its task process with the supervisor",
    "airflow.sdk.execution_time.coordinator": "its starters of tasks in other languages",
    "airflow.utils.db_manager": "its migrations of other packages' tables",
    "airflow.utils.log.trigger_handler": "its triggerer's logging",
    "airflow.utils.providers_configuration_loader": "its configuration of provider packages",
    "airflow.utils.serve_logs": "its server of workers' logs",
    "airflow.utils.sqlalchemy": "the columns of its tables",
    "airflow.www": "its web UI of 2.x",
    "airflow.www_rbac": "its web UI of 1.10",
}
"""Parts of Airflow of which no module is here, with what they are."""


@cache
def moved() -> dict[str, str]:
    """Modules of ``airflow.contrib`` with the path they have today."""
    found = {}
    for line in CONTRIB.split("\n"):
        old, _, new = line.partition(" ")
        if new and old != "#":
            found[f"airflow.contrib.{old}"] = (
                f"airflow.{new[1:]}" if new[0] == "/" else f"airflow.providers.{new}"
            )
    return found
