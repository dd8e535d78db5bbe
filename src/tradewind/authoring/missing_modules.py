"""What to install for a module that a DAG file imports and that is not there."""

from __future__ import annotations

import sys

from tradewind.domain.errors import did_you_mean

_PACKAGES = {
    "MySQLdb": "mysqlclient", "PIL": "Pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python",
    "dateutil": "python-dateutil", "dotenv": "python-dotenv", "git": "GitPython", "google": "google-cloud",
    "jwt": "PyJWT", "kafka": "kafka-python", "ldap": "python-ldap", "magic": "python-magic",
    "OpenSSL": "pyOpenSSL", "psycopg2": "psycopg2-binary",
    "pymysql": "PyMySQL", "serial": "pyserial", "skimage": "scikit-image", "sklearn": "scikit-learn",
    "snowflake": "snowflake-connector-python", "slugify": "python-slugify", "telegram": "python-telegram-bot",
    "win32api": "pywin32", "yaml": "PyYAML", "zmq": "pyzmq", "Crypto": "pycryptodome", "attr": "attrs",
    "pkg_resources": "setuptools",
}  # fmt: skip
_TWO_WORDS = ("apache", "cncf", "common", "microsoft", "dbt", "facebook")


def advice(module: str) -> str:
    """A sentence with the command that installs ``module``, or with the module that was meant."""
    top = module.partition(".")[0]
    if top == "airflow":
        return _provider_advice(module)
    if top in sys.stdlib_module_names:
        return f"{top!r} is part of Python, but has no {module!r}."
    meant = did_you_mean(top, sys.stdlib_module_names)
    package = _PACKAGES.get(top, top.replace("_", "-"))
    install = f"If it is a package of others, install it with: pip install {package}"
    return f"{meant.strip()} {install}" if meant else install


def _provider_advice(module: str) -> str:
    parts = module.split(".")
    if len(parts) < 3 or parts[1] != "providers":
        return "Tradewind has no module of that name; see 'airflow cheat-sheet' for what there is."
    words = parts[2:4] if parts[2] in _TWO_WORDS else parts[2:3]
    return f"Install the provider with: pip install apache-airflow-providers-{'-'.join(words)}"
