"""The configuration: airflow.cfg and ``AIRFLOW__SECTION__KEY``, typed and checked once, at the door.

``load(home, environ)`` gives a frozen ``Config`` with one dataclass for each section; constructors are given
what they need of it, and nothing below the command line reads the environment. Sources in order: environment
variable, command or secret named there, airflow.cfg, command or secret named there, default; each under the
option's present name and the names it had in Airflow 1.x and 2.x. What cannot be used fails at once, with all
problems (``ConfigInvalid``); options that nobody here knows are kept and readable through ``compat.conf``,
Airflow's own look-up object, which DAG files and provider packages import.
"""

from tradewind.config.loader import config_file, find_home, load
from tradewind.config.model import Config

__all__ = ["Config", "config_file", "find_home", "load"]
