"""Rules about text that no linter has."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
TEXTS = [name for name in FILES if (ROOT / name).is_file() and not name.endswith((".png", ".zip", ".ico"))]

ONE_HOME = {
    # What may be written in one place only: pattern, and the files that are that place.
    r"^\s*import pickle|^\s*from pickle|pickle\.loads": (),
    r"^\s*(import|from) jinja2": ("src/tradewind/authoring/templating/",),
    r"datetime\.now\(|datetime\.utcnow\(": (
        "src/tradewind/runtime/clock.py",
        "src/tradewind/authoring/",  # user code's own "now": in its process, in its time
        "src/tradewind/worker/",
        "src/tradewind/example_dags/",
    ),
    r"\bos\.fork\(|subprocess\.Popen\(": (
        "src/tradewind/runtime/processes",
        "src/tradewind/worker/",
        "src/tradewind/dag_processor/importer",
        "src/tradewind/authoring/operators/",
        "src/tradewind/authoring/hooks/",
    ),
}


@pytest.mark.parametrize("pattern", sorted(ONE_HOME))
def test_one_home(pattern: str) -> None:
    homes = ONE_HOME[pattern]
    wrong = []
    for name in FILES:
        if name.startswith("src/") and name.endswith(".py") and not name.startswith(homes or ("\0",)):
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                if re.search(pattern, line):
                    wrong.append(f"{name}:{number}")
    assert wrong == []


def test_no_path_of_a_machine() -> None:
    wrong = []
    for name in TEXTS:
        text = (ROOT / name).read_text(errors="replace")
        if re.search(r"(?<![\w.])/(work|root|farm)/\w", text) and name != "tests/architecture/test_words.py":
            wrong.append(name)
    assert wrong == []
