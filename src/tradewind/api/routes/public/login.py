"""Tokens for names and passwords."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from starlette.requests import Request

from tradewind.api import logging_in, problems
from tradewind.api.door import Call, Door, read_body
from tradewind.api.schemas.monitor import LoginBody, LoginResponse
from tradewind.domain.errors import BadRequest

door = Door("Login", prefix="/auth")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
LARGEST = 64 * 1024


@door.post("/token", None, name="create_token", answer=LoginResponse, status=201)
async def create_token(call: Call) -> LoginResponse:
    """A token for a name and a password, sent as JSON or as a form."""
    return await _login(call, call.services.settings.token_lifetime)


@door.post("/token/cli", None, name="create_token_cli", answer=LoginResponse, status=201)
async def create_token_cli(call: Call) -> LoginResponse:
    """The same with a shorter life, for command lines."""
    return await _login(call, call.services.settings.cli_token_lifetime)


@door.get("/token", None, name="create_token_all_admins", answer=LoginResponse, status=201)
async def create_token_all_admins(call: Call) -> LoginResponse:
    """A token without a password, where everybody is an admin by configuration."""
    services = call.services
    who = services.people.anonymous()
    if who is None:
        raise problems.NotAllowed(
            "This method is only allowed if [core] simple_auth_manager_all_admins is True. "
            "Otherwise POST username and password here."
        )
    lifetime = services.settings.token_lifetime
    return LoginResponse(access_token=services.signer.issue(who, now=services.clock.now(), lifetime=lifetime))


async def _login(call: Call, lifetime: timedelta) -> LoginResponse:
    body = await _credentials(call.request)
    who = await logging_in.with_password(call.request, call.services, body.username, body.password)
    return LoginResponse(access_token=await logging_in.token(call.request, call.services, who, lifetime))


async def _credentials(request: Request) -> LoginBody:
    media = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media in {FORM, "multipart/form-data"}:
        form = await request.form(max_files=0, max_fields=10)
        return _filled({name: str(value) for name, value in form.items()})
    if media != JSON:
        raise problems.UnsupportedMedia(f"Send {JSON} or {FORM}, got {media}.")
    try:
        fields = msgspec.json.decode(await read_body(request, LARGEST), type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as error:
        raise problems.Unprocessable(
            problems.Problem(
                type="json_invalid", loc=("body",), msg="Send a JSON object with username and password."
            )
        ) from error
    return _filled(fields)


def _filled(fields: dict[str, object] | dict[str, str]) -> LoginBody:
    """Both are there and are text; the message never repeats them."""
    name, password = fields.get("username"), fields.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not name or not password:
        raise BadRequest("Username and password must be provided")
    return LoginBody(username=name, password=password)
