"""What the sender of a failed request is told: the one place where errors become HTTP.

Bodies have FastAPI's shapes, as Airflow's have: ``{"detail": "text"}``, and for malformed input
``{"detail": [{"type", "loc", "msg", "input"}]}`` with status 422. A stack trace never leaves the process.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tradewind.auth import tokens
from tradewind.domain import errors
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.secrets.cipher import CannotDecrypt

log = logging.getLogger("tradewind.api")

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer: what one person may read must not be kept for the next."""


class NotAuthenticated(errors.TradewindError):
    """The request carries no token."""


class NotAllowed(errors.TradewindError):
    """Their role does not let them do that."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with the input; ``loc`` starts with path, query or body."""

    type: str
    loc: tuple[str | int, ...]
    msg: str
    input: Any = None


class Unprocessable(errors.TradewindError):
    """The input has the wrong shape; nothing was done."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.msg for problem in problems))
        self.problems = problems


class NotAcceptable(errors.TradewindError):
    """The client accepts no form that we can answer in."""


class UnsupportedMedia(errors.TradewindError):
    """The body is of a media type that is not understood here."""


class TooLarge(errors.TradewindError):
    """The request body is larger than allowed."""


STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotAuthenticated, 401),
    (tokens.TokenExpired, 401),
    (tokens.TokenInvalid, 403),
    (NotAllowed, 403),
    (Unprocessable, 422),
    (NotAcceptable, 406),
    (TooLarge, 413),
    (UnsupportedMedia, 415),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.IllegalMove, 409),
    (CannotDecrypt, 409),
    (errors.BadRequest, 400),
    (errors.DiskFull, 507),
    (errors.DatabaseError, 503),
    (errors.Fenced, 503),
    (PluginFailed, 502),
)
"""First match counts."""


def status_of(error: Exception) -> int:
    """The HTTP status for an error; 500 for what nobody foresaw."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def respond(error: Exception) -> Response:
    """The answer to a request that ended with ``error``."""
    status = status_of(error)
    if status == 500:
        return answer({"detail": "Internal Server Error: the API server's log says why."}, status)
    if isinstance(error, Unprocessable):
        return answer({"detail": [msgspec.to_builtins(problem) for problem in error.problems]}, status)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "1"
    return answer({"detail": str(error)}, status, headers)


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer that nobody keeps."""
    content = msgspec.json.encode(body)
    return Response(content, status, {**HEADERS, **(headers or {})}, media_type="application/json")


def explain(request: Request, error: Exception) -> Response:
    """As ``respond``; what nobody foresaw goes to the log with its trace."""
    if status_of(error) == 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return respond(error)


async def handle_http(request: Request, error: Exception) -> Response:
    """For routes that do not exist, and methods that a route does not have."""
    if not isinstance(error, HTTPException):
        return explain(request, error)
    return answer({"detail": error.detail}, error.status_code, dict(error.headers or {}))
