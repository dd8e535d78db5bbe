"""What a DAG file does with its own DAG when it is run as a script.

Both need floors above this one and reach them through the plug-in point.
"""

from __future__ import annotations

import sys
from typing import Any

from tradewind.runtime import plugins


def test(dag: Any, *args: Any, **options: Any) -> Any:
    """Run ``dag`` once in this process, through the hook ``dag_test``.

    Arguments are those of Airflow's ``DAG.test`` (a date, ``conn_file_path``, ``variable_file_path``,
    ``run_conf``, ``mark_success_pattern``). Raises what ``DAG.validate`` raises, before anything runs.
    """
    dag.validate()
    return plugins.hook("dag_test")(dag, *args, **options)


def cli(dag: Any) -> None:
    """Check the DAG and act on ``sys.argv`` as ``airflow`` would for this DAG: ``python file.py tasks list``.

    Ends the script with the command's exit code.
    """
    dag.validate()
    main = plugins.load_object("tradewind.cli.main:main")
    words = sys.argv[1:] or ["dags", "show"]
    raise SystemExit(main([*words[:2], dag.dag_id, *words[2:]]))
