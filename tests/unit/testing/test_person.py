"""What somebody at a terminal is asked, and what happens where nobody is there."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest

from tradewind.domain import hitl
from tradewind.testing.local.person import AtTerminal

NOW = datetime(2024, 1, 1, tzinfo=UTC)
NUMBER = {"value": 1, "description": "how many", "schema": {"type": "integer"}}
TEXT = {"value": "x", "description": None, "schema": {"type": "string"}}


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


class Screen:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, text: str) -> None:
        self.lines += text.splitlines()

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()


def answer(typed: str, **request: Any) -> tuple[hitl.Response | str | None, list[str]]:
    screen = Screen()
    asked = hitl.Request(**{"subject": "Go?", "options": ("Yes", "No"), **request})
    return AtTerminal(screen, Keyboard(typed)).answer("t", asked, NOW), screen.lines


def chosen(typed: str, **request: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    found, _ = answer(typed, **request)
    assert isinstance(found, hitl.Response) and found.by is not None
    return found.chosen_options, found.params_input


@pytest.mark.parametrize("typed", ["Yes\n", "1\n", " 1 \n", "3\n1\n", "Maybe\nYes\n"])
def test_an_option_by_name_or_number(typed: str) -> None:
    assert chosen(typed) == (("Yes",), {})


def test_enter_takes_the_default() -> None:
    assert chosen("\n", defaults=("No",)) == (("No",), {})
    assert chosen("\n", options=("OK",)) == (("OK",), {})


def test_several_with_commas() -> None:
    assert chosen("2, Yes\n", multiple=True) == (("No", "Yes"), {})


def test_the_fields_of_the_form() -> None:
    params = {"n": NUMBER, "s": TEXT}
    assert chosen("1\n7\n\n", params=params) == (("Yes",), {"n": 7, "s": "x"})
    assert chosen("1\nno\n\n1\n2\n5\n", params=params) == (("Yes",), {"n": 2, "s": "5"})


def test_what_is_shown() -> None:
    _, lines = answer("4\n2\n", body="Think\ntwice", params={})
    assert lines[:4] == ["? t: Go?", "Think", "twice", "  1. Yes"]
    assert any("chosen_options must be among ['Yes', 'No']" in line for line in lines)


def test_who_leaves_lets_the_defaults_decide() -> None:
    found, lines = answer("", defaults=("No",))
    assert found == hitl.Response(chosen_options=("No",), at=NOW)
    assert "t: nobody to ask; its defaults are taken: No" in lines
    found, _ = answer("")
    assert isinstance(found, str) and "give the task defaults" in found


def test_nobody_is_there() -> None:
    asked = hitl.Request(subject="Go?", options=("Yes",), defaults=("Yes",), params={"n": NUMBER})
    found = AtTerminal(Screen(), io.StringIO("No\n")).answer("t", asked, NOW)
    assert found == hitl.Response(chosen_options=("Yes",), params_input={"n": 1}, at=NOW)
