from __future__ import annotations

import pytest

from tradewind.client import link
from tradewind.domain.errors import AirflowTaskTerminated, BadRequest, Conflict, NotFound
from tradewind.domain.messages.data import Refusal


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("stale_attempt", AirflowTaskTerminated),
        ("not_found", NotFound),
        ("run_exists", Conflict),
        ("invalid", BadRequest),
    ],
)
def test_refusals_become_typed_errors(kind: str, error: type[BaseException]) -> None:
    assert isinstance(link.error_of(Refusal(kind=kind, message="why")), error)
