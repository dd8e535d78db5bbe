"""Import errors as people see them."""

from pathlib import Path

import tradewind
from tradewind.cli import tracebacks

OURS = Path(tradewind.__file__).parent / "authoring" / "dag.py"
TEXT = f"""InvalidId: 'a b' is not valid. (line 5)

Traceback (most recent call last):
  File "{OURS}", line 1, in deeper
    raise KeyError
KeyError

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/dags/mine.py", line 5, in <module>
    DAG("a b")
    ^^^^^^^^^^
  File "{OURS}", line 49, in __init__
    self.dag_id = check(dag_id)
                  ^^^^^^^^^^^^^
InvalidId: 'a b' is not valid.
"""


def test_only_the_readers_own_frames_stay() -> None:
    assert tracebacks.condensed(TEXT).splitlines() == [
        "InvalidId: 'a b' is not valid. (line 5)",
        "",
        "Traceback (most recent call last):",
        '  File "/dags/mine.py", line 5, in <module>',
        '    DAG("a b")',
        "    ^^^^^^^^^^",
        "InvalidId: 'a b' is not valid.",
    ]


def test_a_message_without_traceback_stays() -> None:
    assert tracebacks.condensed("DAG 'x' has a cycle.") == "DAG 'x' has a cycle."
