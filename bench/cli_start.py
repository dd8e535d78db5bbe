"""How long do a command and an import take?"""

from __future__ import annotations

import subprocess
import sys
import time

from bench.figures import Figure
from bench.server import COMMAND

COMMANDS = {
    "import of the authoring package": ([sys.executable, "-c", "from airflow.sdk import DAG, task"], "0.15"),
    "bare interpreter": ([sys.executable, "-c", "pass"], ""),
    "airflow version": ([COMMAND, "version"], "0.2"),
    "airflow --help": ([COMMAND, "--help"], ""),
}


def measure(times: int) -> list[Figure]:
    figures = []
    for name, (command, reach) in COMMANDS.items():
        values = []
        for _ in range(times * 5 + 1):
            begin = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            values.append(time.perf_counter() - begin)
        figures.append(Figure(name=name, unit="s", values=tuple(values[1:]), reach=reach))
    return figures
