"""The four forms of output."""

import io
import json

import pytest
import yaml

from tradewind.cli import output

ROWS = [{"a": 1, "b": None, "c": ["x", "y"]}, {"a": True, "b": "long text", "c": {"k": 1}}]


def shown(form: str, rows=ROWS, columns=None) -> str:
    stream = io.StringIO()
    output.show(rows, form, columns=columns, stream=stream)
    return stream.getvalue()


def test_json_has_airflows_values() -> None:
    assert json.loads(shown("json")) == [
        {"a": "1", "b": None, "c": ["x", "y"]},
        {"a": "True", "b": "long text", "c": {"k": "1"}},
    ]


def test_a_table_lines_up() -> None:
    assert shown("table", columns=("b", "a")).splitlines() == [
        "b         | a",
        "==========+=====",
        "          | 1",
        "long text | True",
    ]


def test_plain_has_no_lines() -> None:
    assert shown("plain", columns=("a",)) == "a\n1\nTrue\n"


def test_yaml_reads_back() -> None:
    assert yaml.safe_load(shown("yaml", columns=("a",))) == [{"a": "1"}, {"a": "True"}]


@pytest.mark.parametrize(("form", "text"), [("table", "No data found\n"), ("json", "[]\n")])
def test_nothing_is_said_to_be_nothing(form: str, text: str) -> None:
    assert shown(form, rows=[]) == text
