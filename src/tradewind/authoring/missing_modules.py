"""What to install for a module that a DAG file imports and that is not there."""

from __future__ import annotations

import sys

from tradewind.domain import provider_packages
from tradewind.domain.errors import did_you_mean

_PACKAGES = {
    "MySQLdb": "mysqlclient", "PIL": "Pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python",
    "dbt": "dbt-core",
    "dateutil": "python-dateutil", "dotenv": "python-dotenv", "git": "GitPython", "google": "google-cloud",
    "jwt": "PyJWT", "kafka": "kafka-python", "ldap": "python-ldap", "magic": "python-magic",
    "OpenSSL": "pyOpenSSL", "psycopg2": "psycopg2-binary",
    "pymysql": "PyMySQL", "serial": "pyserial", "skimage": "scikit-image", "sklearn": "scikit-learn",
    "snowflake": "snowflake-connector-python", "slugify": "python-slugify", "telegram": "python-telegram-bot",
    "win32api": "pywin32", "yaml": "PyYAML", "zmq": "pyzmq", "Crypto": "pycryptodome", "attr": "attrs",
    "pkg_resources": "setuptools",
}  # fmt: skip
"""Packages that are not called as their module."""
_SAME = frozenset(
    {
        "aiohttp", "asyncpg", "babel", "boto3", "botocore", "celery", "clickhouse_connect",
        "confluent_kafka", "croniter", "cryptography", "dask", "deltalake", "docker", "duckdb",
        "elasticsearch", "fastavro", "flask", "fsspec", "gspread", "httpx", "jinja2", "kubernetes", "loguru",
        "lxml", "matplotlib", "mlflow", "numpy", "openai", "openpyxl", "oracledb", "pandas", "paramiko",
        "pendulum", "polars", "psutil", "psycopg", "pyarrow", "pydantic", "pyhive", "pymongo", "pymssql",
        "pyodbc", "pyspark", "pytest", "pytz", "redis", "requests", "rich", "s3fs", "scipy", "seaborn",
        "selenium", "simplejson", "spacy", "sqlalchemy", "sqlparse", "tabulate", "tenacity", "tensorflow",
        "toml", "torch", "tqdm", "transformers", "trino", "xgboost", "xlrd", "xmltodict",
    }
)  # fmt: skip
"""Packages that are called as their module. Of others no name is made up: it might be anybody's."""


def advice(module: str) -> str:
    """A sentence with the command that installs ``module``, or with the module that was meant."""
    top = module.partition(".")[0]
    if top == "airflow":
        return _provider_advice(module)
    if top in sys.stdlib_module_names:
        return f"{top!r} is part of Python, but has no {module!r}."
    meant = did_you_mean(top, {*sys.stdlib_module_names, *_PACKAGES, *_SAME})
    package = _PACKAGES.get(top) or (top.replace("_", "-") if top in _SAME else None)
    if package:
        return f"Install it with: pip install {package}"
    return f"{meant} If it is a module of others, install the package that has it.".strip()


def _provider_advice(module: str) -> str:
    if not module.startswith("airflow.providers."):
        return "Tradewind has no module of that name; see 'airflow cheat-sheet' for what there is."
    package = provider_packages.of_module(module)
    if package is None:
        return "No provider package of Apache has that module; if it is one of others, install theirs."
    return f"Install the provider with: pip install {package}"
