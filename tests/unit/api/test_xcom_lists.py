"""Lists that tasks are mapped over are taken apart once, and forgotten when there are too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.api import xcom_lists
from tradewind.api.xcom_lists import XComLists

AT = datetime(2026, 1, 1, tzinfo=UTC)


def key(number: int) -> xcom_lists.Key:
    return ("d", "r", "t", "return_value", number)


def test_a_list_is_kept_until_it_is_pushed_again() -> None:
    lists = XComLists()
    assert lists.get(key(0), AT) is None
    made = lists.take_apart(key(0), AT, '[1, "ü"]')
    assert made is not None and [bytes(each) for each in made] == [b"1", '"ü"'.encode()]
    assert lists.get(key(0), AT) is made
    assert lists.get(key(0), AT + timedelta(seconds=1)) is None


@pytest.mark.parametrize("text", ["", "3", '{"a": 1}', "[1", '"[]"'])
def test_what_is_no_list(text: str) -> None:
    lists = XComLists()
    assert lists.take_apart(key(0), AT, text) is None
    assert lists.get(key(0), AT) is None


def test_the_one_used_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xcom_lists, "BYTES_KEPT", 150)
    lists = XComLists()
    for number in (0, 1):
        lists.take_apart(key(number), AT, "[1]")
    lists.get(key(0), AT)
    lists.take_apart(key(2), AT, "[2]")
    assert [lists.get(key(number), AT) is not None for number in range(3)] == [True, False, True]
    monkeypatch.setattr(xcom_lists, "LONGEST_KEPT", 70)
    assert lists.take_apart(key(3), AT, "[1, 2]") is not None
    assert lists.get(key(3), AT) is None
