"""Types of connections as a form shows them: what the usual fields mean to each, and what its extra may hold.

The server runs no hook's code to know this, so that a type of an installed package stands here only if many
people use it. Of any other type a form shows all fields as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from tradewind.domain import provider_packages

Field = Literal["host", "schema", "login", "password", "port", "extra"]
FIELDS: Final[tuple[Field, ...]] = ("host", "schema", "login", "password", "port", "extra")


class ExtraField(msgspec.Struct, frozen=True):
    """A key that the extra of a connection may have."""

    key: str
    label: str
    kind: Literal["text", "secret", "number", "boolean"] = "text"


class ConnectionType(msgspec.Struct, frozen=True):
    """A type, the fields it has no use for, what it calls the others, and an example of what they hold."""

    name: str
    label: str
    package: str | None = None
    """The provider package whose hook it needs; None where ours is enough."""
    hidden: tuple[Field, ...] = ()
    labels: Mapping[str, str] = {}
    examples: Mapping[str, str] = {}
    extras: tuple[ExtraField, ...] = ()


def _text(**keys: str) -> tuple[ExtraField, ...]:
    return tuple(ExtraField(key, label) for key, label in keys.items())


def _of(package: str, name: str, label: str, **more: object) -> ConnectionType:
    found = provider_packages.called(package)
    assert found is not None, package
    return msgspec.structs.replace(ConnectionType(name, label, found), **more)


_DATABASE: Final[Mapping[str, str]] = {"schema": "Database"}
_KEY: Final = ExtraField("private_key", "Private key", "secret")
_SSH: Final = (*_text(key_file="Path of the key file"), _KEY,
               ExtraField("no_host_key_check", "Do not check the host's key", "boolean"))  # fmt: skip
_TLS: Final = (
    ExtraField("disable_ssl", "No TLS from the first byte", "boolean"),
    ExtraField("disable_tls", "No STARTTLS", "boolean"),
)

_OURS: Final = (
    ConnectionType("generic", "Generic"),
    ConnectionType(
        "http",
        "HTTP",
        labels={"host": "Host or URL", "schema": "Scheme", "extra": "Headers"},
        examples={"host": "https://api.example.com", "schema": "https"},
    ),
    ConnectionType(
        "postgres",
        "Postgres",
        labels=_DATABASE,
        examples={"port": "5432"},
        extras=_text(sslmode="TLS mode (sslmode)", options="Options"),
    ),
    ConnectionType(
        "mysql",
        "MySQL",
        labels=_DATABASE,
        examples={"port": "3306"},
        extras=_text(charset="Character set", unix_socket="Unix socket"),
    ),
    ConnectionType(
        "sqlite",
        "SQLite",
        hidden=("schema", "login", "password", "port"),
        labels={"host": "Path of the file"},
        examples={"host": "/data/shop.db"},
    ),
    ConnectionType(
        "smtp",
        "SMTP",
        hidden=("schema",),
        examples={"host": "smtp.example.com", "port": "587"},
        extras=(
            *_text(from_email="Sender"),
            *_TLS,
            ExtraField("timeout", "Seconds to wait", "number"),
            ExtraField("retry_limit", "Tries", "number"),
        ),
    ),
    ConnectionType(
        "fs",
        "File (path)",
        hidden=("host", "schema", "login", "password", "port"),
        extras=_text(path="Path"),
    ),
    ConnectionType(
        "package_index",
        "Package Index (Python)",
        hidden=("schema", "port", "extra"),
        labels={"host": "Package Index URL"},
        examples={
            "host": "https://my-package-mirror.net/pypi/repo-name/simple",
            "login": "Username for package index",
        },
    ),
)
_OTHERS: Final = (
    _of(
        "amazon",
        "aws",
        "Amazon Web Services",
        hidden=("host", "schema", "port"),
        labels={"login": "AWS Access Key ID", "password": "AWS Secret Access Key"},
        extras=_text(region_name="Region", role_arn="ARN of the role", endpoint_url="Endpoint URL"),
    ),
    _of(
        "google",
        "google_cloud_platform",
        "Google Cloud",
        hidden=("host", "schema", "login", "password", "port"),
        extras=(
            *_text(project="Project", key_path="Path of the key file"),
            ExtraField("keyfile_dict", "Key as JSON", "secret"),
            ExtraField("num_retries", "Retries", "number"),
        ),
    ),
    _of(
        "microsoft-azure",
        "wasb",
        "Azure Blob Storage",
        hidden=("schema", "port"),
        labels={
            "host": "Account URL",
            "login": "Account name or client id",
            "password": "Key or client secret",
        },
        extras=(
            *_text(tenant_id="Tenant"),
            ExtraField("connection_string", "Connection string", "secret"),
            ExtraField("sas_token", "SAS token", "secret"),
        ),
    ),
    _of(
        "snowflake",
        "snowflake",
        "Snowflake",
        hidden=("port", "host"),
        extras=_text(
            account="Account", warehouse="Warehouse", database="Database", region="Region", role="Role"
        ),
    ),
    _of(
        "databricks",
        "databricks",
        "Databricks",
        hidden=("schema", "port"),
        labels={"password": "Token or password"},
        extras=_text(http_path="HTTP path"),
    ),
    _of("microsoft-mssql", "mssql", "Microsoft SQL Server", labels=_DATABASE, examples={"port": "1433"}),
    _of(
        "oracle",
        "oracle",
        "Oracle",
        examples={"port": "1521"},
        extras=_text(service_name="Service", sid="SID"),
    ),
    _of(
        "mongo",
        "mongo",
        "MongoDB",
        labels=_DATABASE,
        examples={"port": "27017"},
        extras=(ExtraField("srv", "Host is an SRV record", "boolean"), ExtraField("ssl", "TLS", "boolean")),
    ),
    _of(
        "redis",
        "redis",
        "Redis",
        hidden=("schema",),
        examples={"port": "6379"},
        extras=(ExtraField("db", "Number of the database", "number"), ExtraField("ssl", "TLS", "boolean")),
    ),
    _of("trino", "trino", "Trino", labels={"schema": "Catalog"}, examples={"port": "8080"}),
    _of(
        "apache-spark",
        "spark",
        "Spark",
        hidden=("schema", "login", "password"),
        labels={"host": "Master"},
        examples={"host": "spark://spark:7077"},
        extras=_text(queue="Queue"),
    ),
    _of(
        "apache-kafka",
        "kafka",
        "Kafka",
        hidden=("host", "schema", "login", "password", "port"),
        labels={"extra": "Settings of the client"},
        extras=_text(**{"bootstrap.servers": "Brokers"}),
    ),
    _of(
        "cncf-kubernetes",
        "kubernetes",
        "Kubernetes",
        hidden=("host", "schema", "login", "password", "port"),
        extras=(
            *_text(
                kube_config_path="Path of the kube config", namespace="Namespace", cluster_context="Context"
            ),
            ExtraField("in_cluster", "Runs in the cluster", "boolean"),
            ExtraField("kube_config", "Kube config as JSON", "secret"),
        ),
    ),
    _of(
        "docker", "docker", "Docker", hidden=("schema",), labels={"host": "Registry URL", "login": "Username"}
    ),
    _of(
        "ssh",
        "ssh",
        "SSH",
        hidden=("schema",),
        labels={"login": "Username"},
        examples={"port": "22"},
        extras=_SSH,
    ),
    _of(
        "sftp",
        "sftp",
        "SFTP",
        hidden=("schema",),
        labels={"login": "Username"},
        examples={"port": "22"},
        extras=_SSH,
    ),
    _of("ftp", "ftp", "FTP", hidden=("schema",), examples={"port": "21"}),
    _of(
        "slack",
        "slack",
        "Slack API",
        hidden=("host", "schema", "login", "port"),
        labels={"password": "Token"},
    ),
    _of(
        "elasticsearch",
        "elasticsearch",
        "Elasticsearch",
        labels={"schema": "Scheme"},
        examples={"port": "9200"},
    ),
    _of("imap", "imap", "IMAP", hidden=("schema",), examples={"port": "993"}),
)

TYPES: Final = (*_OURS, *_OTHERS)
"""Those whose hooks come with us first."""
