"""Each class of holes that schedulers had to patch again and again, S1 to S22, has a test that names it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
CLASSES = {
    "S1": "a route or server that asks nobody who they are",
    "S2": "rights on one DAG show or change another",
    "S3": "rights are checked on one value, another is acted on",
    "S4": "one task acts for another",
    "S5": "tokens that outlive, or were never made",
    "S6": "log-in by parts of protocols",
    "S7": "changes by GET or from foreign pages",
    "S8": "scripts in what people write",
    "S9": "redirects to elsewhere",
    "S10": "authors' text rendered or imported by servers",
    "S11": "unpickling, import by name",
    "S12": "text that becomes SQL or a command",
    "S13": "ids and links that climb out of folders",
    "S14": "secrets in answers",
    "S15": "secrets in logs, errors, lists of processes",
    "S16": "answers with more than one may read, kept by caches",
    "S17": "servers that connect where somebody says",
    "S18": "one request that stops the service",
    "S19": "certificates that are not checked",
    "S20": "messages that are believed",
    "S21": "workers that are told what to execute",
    "S22": "packages and names that are not ours",
}


def test_every_class_is_named_by_a_test_file() -> None:
    named = set()
    for path in TESTS.rglob("test_*.py"):
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        named |= set(re.findall(r"\bS\d+\b", docstring.partition("\n\n")[0]))
    assert set(CLASSES) - named == set()
