"""Tradewind, a workflow orchestrator.

Importing this package loads nothing but this file. DAG files import from ``airflow`` (every path of
Airflow 1.10, 2.x and 3.x) or from ``tradewind.authoring``.
"""

__version__ = "0.1.0"

AIRFLOW_VERSION = "3.3.2"
"""The release of Airflow whose interfaces are served: what ``airflow.__version__`` says.

Provider packages compare it with the oldest Airflow they work with, and refuse to be imported below that.
"""
