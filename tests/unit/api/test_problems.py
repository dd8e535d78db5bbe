"""What the sender of a failed request is told."""

from __future__ import annotations

import json

import pytest

from tradewind.api import log_files, problems
from tradewind.auth import tokens
from tradewind.domain import errors


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problems.NotAuthenticated("x"), 401),
        (tokens.TokenExpired("x"), 401),
        (tokens.TokenInvalid("x"), 403),
        (problems.NotAllowed("x"), 403),
        (errors.DagNotFound("d"), 404),
        (errors.DagRunAlreadyExists("d", "r"), 409),
        (errors.IllegalMove("x", "a", "b"), 409),
        (errors.InvalidValue("a", 1, "be 2"), 400),
        (errors.DatabaseBusy("x"), 503),
        (errors.DiskFull("x"), 507),
        (ZeroDivisionError("secret detail"), 500),
    ],
)
def test_statuses(error: Exception, status: int) -> None:
    answer = problems.respond(error)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    detail = json.loads(bytes(answer.body))["detail"]
    assert detail == str(error) if status != 500 else "secret" not in detail


def test_malformed_input_in_fastapi_shape() -> None:
    wrong = problems.Problem(type="missing", loc=("body", "a"), msg="Field required", input={})
    answer = problems.respond(problems.Unprocessable(wrong))
    assert answer.status_code == 422
    assert answer.media_type == "application/problem+json"
    assert json.loads(bytes(answer.body)) == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": [{"type": "missing", "loc": ["body", "a"], "msg": "Field required", "input": {}}],
    }


def test_log_lines() -> None:
    assert log_files.parse(b'{"event":"x","level":"info"}') == {"event": "x", "level": "info"}
    for text in ('{"no": "event"}', '{"event": 7}', "{broken", "plain"):
        assert log_files.parse(text.encode()) == {"event": text}
    assert log_files.parse(b"caf\xe9\r") == {"event": "caf\ufffd"}


def test_tokens_of_logs() -> None:
    for offset in (0, 1, 10**12):
        assert log_files.offset_of(log_files.token(offset)) == offset
    for text in ("", "!", "MTo", "Mjow", "MTotMQ", "é"):
        with pytest.raises(errors.InvalidValue):
            log_files.offset_of(text)
