"""For which generation of Airflow a DAG file was written, as far as its imports tell.

Most of what differs follows from the schedule's word (``domain/timetables/defaults.py``). The few things that
do not are decided here: a file whose imports exist in one generation only means what they meant there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

FIRST: Final = 1
SECOND: Final = 2
THIRD: Final = 3
_OF_3 = re.compile(rb"\bairflow\.sdk\b")
_OF_1 = re.compile(
    rb"^\s*(?:from|import)\s+airflow\.(?:contrib\b|(?:operators|sensors|hooks)\.\w+_(?:operator|sensor|hook)\b"
    rb"|(?:operators|sensors|hooks)\s+import\s+\(?\s*[A-Z])",
    re.MULTILINE,
)


def of_source(source: bytes) -> int:
    """1: modules with a suffix, flat names or contrib; 3: ``airflow.sdk``; else 2."""
    if _OF_3.search(source):
        return THIRD
    return FIRST if _OF_1.search(source) else SECOND


def of_dag(dag: Any) -> int:
    """The age of the file that a DAG comes from; of an archive that of its oldest file; 3 where none is
    there.
    """
    if "_file_age" not in dag.__dict__:
        dag._file_age = _of_file(str(getattr(dag, "fileloc", "") or ""))
    age: int = dag._file_age
    return age


def _of_file(path: str) -> int:
    if not path.endswith((".zip", ".egg")):
        try:
            return of_source(Path(path).read_bytes())
        except OSError:
            return THIRD
    from tradewind.authoring import archives  # loads much that few files need

    try:
        return min(map(of_source, archives.sources(path)), default=THIRD)
    except archives.UNREADABLE:
        return THIRD
