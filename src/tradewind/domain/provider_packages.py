"""The provider packages that Apache has released: the only ones that a message may tell people to install.

A name made of what somebody wrote (a connection's type, a module that a DAG file imports) could be that of
nobody's package, which anybody could register and fill.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "apache-airflow-providers-"
_RELEASED: Final = frozenset(
    {
        "airbyte", "akeyless", "alibaba", "amazon", "anthropic", "apache-beam", "apache-cassandra",
        "apache-drill", "apache-druid", "apache-flink", "apache-hdfs", "apache-hive", "apache-iceberg",
        "apache-impala", "apache-kafka", "apache-kylin", "apache-livy", "apache-pig", "apache-pinot",
        "apache-spark", "apache-sqoop", "apache-tinkerpop", "apprise", "arangodb", "asana",
        "atlassian-jira", "celery", "cloudant", "cncf-kubernetes", "cohere", "common-ai", "common-compat",
        "common-io", "common-messaging", "common-sql", "daskexecutor", "databricks", "datadog",
        "dbt-cloud", "dingding", "discord", "docker", "edge3", "elasticsearch", "exasol", "fab",
        "facebook", "ftp", "git", "github", "google", "grpc", "hashicorp", "http", "ibm-mq", "imap",
        "influxdb", "informatica", "jdbc", "jenkins", "jira", "keycloak", "microsoft-azure",
        "microsoft-mssql", "microsoft-psrp", "microsoft-winrm", "mongo", "mysql", "neo4j", "odbc",
        "openai", "openfaas", "openlineage", "opensearch", "opsgenie", "oracle", "pagerduty",
        "papermill", "pgvector", "pinecone", "plexus", "postgres", "presto", "qdrant", "qubole",
        "redis", "salesforce", "samba", "segment", "sendgrid", "sftp", "singularity", "slack", "smtp",
        "snowflake", "sqlite", "ssh", "standard", "tableau", "tabular", "telegram", "teradata", "trino",
        "vertica", "weaviate", "yandex", "ydb", "zendesk",
    }
)  # fmt: skip


def called(*words: str) -> str | None:
    """The package whose name is made of these words; None where Apache has released none."""
    name = "-".join(words).replace("_", "-").lower()
    return PREFIX + name if name in _RELEASED else None


def of_module(module: str) -> str | None:
    """The package that ``airflow.providers.…`` is in; None where Apache has released none."""
    words = module.split(".")[2:]
    return next((found for n in (2, 1) if len(words) >= n and (found := called(*words[:n]))), None)
