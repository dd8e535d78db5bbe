"""What the sender of a failed request is told: the one place where errors become HTTP.

Bodies are problems of RFC 9457 (``type``, ``title``, ``status``, ``detail``). ``detail`` has FastAPI's
shapes, which Airflow's clients read: text, and for malformed input with status 422 a list of ``{"type",
"loc", "msg", "input"}``. A stack trace never leaves the process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from tradewind.auth import tokens
from tradewind.auth.attempts import TooManyAttempts
from tradewind.domain import errors
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.secrets.cipher import CannotDecrypt

log = logging.getLogger("tradewind.api")

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer: what one person may read must not be kept for the next."""
RETRY_SECONDS: Final = 1
PROBLEM: Final = "application/problem+json"


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


class TooSlow(errors.TradewindError):
    """It took longer than a request may, and was given up; what it had begun is rolled back."""


class BodyTooSlow(errors.TradewindError):
    """The body did not come in time."""


class TooMany(errors.TradewindError):
    """More of them at once than there may be; soon there will be room."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words} Try again in {RETRY_SECONDS} s.")


class TooLarge(errors.TradewindError):
    """The request body is larger than allowed."""


STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotAuthenticated, 401),
    (tokens.TokenExpired, 401),
    (tokens.TokenInvalid, 403),
    (TooManyAttempts, 429),
    (TooMany, 429),
    (NotAllowed, 403),
    (Unprocessable, 422),
    (NotAcceptable, 406),
    (TooLarge, 413),
    (BodyTooSlow, 408),
    (TooSlow, 504),
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
    if isinstance(error, HTTPException):  # of the framework, such as for a form with too many fields
        return error.status_code
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def respond(error: Exception) -> Response:
    """The answer to a request that ended with ``error``."""
    status = status_of(error)
    if isinstance(error, Unprocessable):
        return problem(status, [msgspec.to_builtins(one) for one in error.problems])
    return problem(status, _words(error, status), _hints(error, status, "Bearer"))


def _words(error: Exception, status: int) -> str:
    if status == 500:
        return "Internal Server Error: the API server's log says why."
    return error.detail if isinstance(error, HTTPException) else str(error)


def _hints(error: Exception, status: int, scheme: str) -> dict[str, str]:
    """Headers that say what to do next."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.seconds)}
    soon = {"Retry-After": str(RETRY_SECONDS)}
    return {401: {"WWW-Authenticate": scheme}, 429: soon, 503: soon}.get(status, {})


_ERRORS_OF_V1: Final = (
    "https://airflow.apache.org/docs/apache-airflow/2.10.5/stable-rest-api-ref.html#section/Errors/"
)
_BASIC: Final = 'Basic realm="Tradewind"'
_NAMES_OF_V1: Final = {
    400: "BadRequest", 401: "Unauthenticated", 403: "PermissionDenied", 404: "NotFound",
    405: "MethodNotAllowed", 409: "AlreadyExists",
}  # fmt: skip


def respond_in_v1(error: Exception) -> Response:
    """As ``respond``, for clients of Airflow 2: in the form of RFC 9457; malformed input is a bad request."""
    status = status_of(error)
    if isinstance(error, Unprocessable):
        status = 400
        told = "; ".join(f"{'.'.join(map(str, one.loc[1:]))}: {one.msg}" for one in error.problems)
    else:
        told = _words(error, status)
    return problem(status, told, _hints(error, status, _BASIC), kind=_kind_of_v1(status))


def respond_in_experimental(error: Exception) -> Response:
    """As ``respond``, for clients of Airflow 1.10."""
    status = 400 if isinstance(error, Unprocessable) else status_of(error)
    return answer({"error": _words(error, status)}, status, _hints(error, status, _BASIC))


def _kind_of_v1(status: int) -> str:
    return _ERRORS_OF_V1 + _NAMES_OF_V1.get(status, "Unknown")


def problem(
    status: int, detail: Any, headers: dict[str, str] | None = None, *, kind: str = "about:blank"
) -> Response:
    """The answer to what failed: ``kind`` is the address of a page about such problems."""
    body = {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return answer(body, status, headers, media_type=PROBLEM)


def answer(
    body: Any,
    status: int = 200,
    headers: dict[str, str] | None = None,
    *,
    media_type: str = "application/json",
) -> Response:
    """A JSON answer that nobody keeps."""
    content = msgspec.json.encode(body)
    return Response(content, status, {**HEADERS, **(headers or {})}, media_type=media_type)


def explain(request: Request, error: Exception, form: Callable[[Exception], Response] = respond) -> Response:
    """The answer in that form; what nobody foresaw goes to the log with its trace."""
    if status_of(error) == 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return form(error)


async def handle_http(request: Request, error: Exception) -> Response:
    """For routes that do not exist, and methods that a route does not have."""
    if not isinstance(error, HTTPException):
        return explain(request, error)
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else dict(error.headers or {})
    if request.url.path.startswith("/api/v1/"):
        return problem(error.status_code, error.detail, headers, kind=_kind_of_v1(error.status_code))
    return problem(error.status_code, error.detail, headers)


def _allowed(request: Request) -> str:
    """The methods of the path, each of which is a route of its own."""
    fitting = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in fitting for method in route.methods or ()}))
