"""The face of Tradewind towards DAG files: every import path that Airflow 1.10, 2.x and 3.x use.

There is no logic in this package. ``_face`` holds one table (which name of which path is which object of
``tradewind``) and one import finder that reads it; a name is looked up when it is asked for, so that
``import airflow`` loads next to nothing. A name that Airflow has and Tradewind does not have yet raises an
ImportError that says so; for a provider package that is not installed it names the package to install.
"""

from pkgutil import extend_path

from airflow._face import finder as _finder
from tradewind import AIRFLOW_VERSION

__path__ = extend_path(__path__, __name__)  # provider packages install their folders beside ours
_finder.install()
__version__ = AIRFLOW_VERSION


def __getattr__(name: str) -> object:
    return _finder.attribute(__name__, name)


def __dir__() -> list[str]:
    return _finder.listing(__name__)
