from __future__ import annotations

from datetime import UTC, datetime

from tradewind.domain.errors import InvalidValue


def test_a_moment_is_named_as_people_write_it() -> None:
    text = str(InvalidValue("end_date", datetime(2024, 1, 2, tzinfo=UTC), "be after the start"))
    assert text == "end_date must be after the start, got '2024-01-02T00:00:00+00:00'."


def test_a_value_that_would_fill_the_screen_is_cut() -> None:
    assert len(str(InvalidValue("name", "x" * 5000, "be short"))) < 200
