"""What of a stored text is shown, and what a client means who sends it back."""

from __future__ import annotations

import pytest

from tradewind.api.hiding import meant, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", ""),
        ("plain", "plain"),
        ("db://me:pw@host/x", "db://me:***@host/x"),
        ("db://host/x", "db://host/x"),
        ('{"a":1}', '{"a":1}'),
        ('{"password": "p", "a": 1}', '{"password": "***", "a": 1}'),
        (
            '{"in": {"token": "t"}, "urls": ["x://u:p@h"]}',
            '{"in": {"token": "***"}, "urls": ["x://u:***@h"]}',
        ),
        ('{"password": ""}', '{"password": ""}'),
        ('"text"', '"text"'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_shown(text: str | None, expected: str | None) -> None:
    assert shown(text) == expected


def test_a_telling_name_hides_everything() -> None:
    assert (shown("x", "my_secret_key"), shown("", "my_secret_key")) == ("***", "")


@pytest.mark.parametrize(
    ("given", "stored", "expected"),
    [
        ("***", "old", "old"),
        ("new", "old", "new"),
        (None, "old", None),
        ("***", None, None),
        ("x://u:***@h", "x://u:pw@h", "x://u:pw@h"),
        ("x://u:***@other", "x://u:pw@h", "x://u:***@other"),
        ('{"token": "***", "n": 2}', '{"token": "t", "n": 1}', '{"token": "t", "n": 2}'),
        ('{"in": [{"token": "***"}]}', '{"in": [{"token": "t"}]}', '{"in": [{"token": "t"}]}'),
        ('{"token": "***"}', '{"other": 1}', '{"token": "***"}'),
        ('{"url": "x://u:***@h"}', '{"url": "x://u:pw@h"}', '{"url": "x://u:pw@h"}'),
    ],
)
def test_meant(given: str | None, stored: str | None, expected: str | None) -> None:
    assert meant(given, stored) == expected
