"""The configuration, as far as ``[api] expose_config`` lets people see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from tradewind.api import hiding, problems
from tradewind.api.door import Call, Door
from tradewind.api.schemas import installation as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.telemetry.masking import MASK

if TYPE_CHECKING:
    from tradewind.config.explain import Row

door = Door("Config")
TEXT = "text/plain"


@door.get("/config", Resource.CONFIG, query=schemas.ConfigQuery, answer=schemas.Config, other_media=(TEXT,))
def get_config(call: Call) -> schemas.Config | Response:
    """Show the configuration, or one section of it."""
    wanted = call.query.section
    rows = [row for row in _rows(call) if wanted in (None, row.section)]
    if not rows:
        raise errors.NotFound(f"Section {wanted} not found.")
    return _answer(call, rows)


@door.get(
    "/config/section/{section}/option/{option}",
    Resource.CONFIG,
    answer=schemas.Config,
    other_media=(TEXT,),
)
def get_config_value(call: Call) -> schemas.Config | Response:
    """Show one option."""
    section, option = call.path["section"], call.path["option"]
    rows = [row for row in _rows(call) if (row.section, row.key) == (section, option)]
    if not rows:
        raise errors.NotFound(f"Option [{section}/{option}] not found.")
    return _answer(call, rows)


def _rows(call: Call) -> Iterable[Row]:
    if not is_exposed(call):
        raise problems.NotAllowed(
            "Forbidden: [api] expose_config is off. Set it to non-sensitive-only to show what is no secret."
        )
    return call.services.options()


def is_exposed(call: Call) -> bool:
    """Whether people may see the configuration at all."""
    return call.services.settings.expose_config != "false"


def shown(row: Row) -> str:
    """An option's value as people may see it: secrets are never shown."""
    value = MASK if row.sensitive and row.text else hiding.shown(row.text, None if row.used else row.key)
    return value or ""


def _answer(call: Call, rows: Iterable[Row]) -> schemas.Config | Response:
    """As JSON, or like the file itself for a client that would rather have text."""
    sections: dict[str, list[schemas.ConfigOption]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(schemas.ConfigOption(key=row.key, value=shown(row)))
    if _wants_text(call.request.headers.get("accept", "*/*")):
        return PlainTextResponse("\n".join(_lines(sections)))
    return schemas.Config(
        sections=[schemas.ConfigSection(name=name, options=options) for name, options in sections.items()]
    )


def _wants_text(accept: str) -> bool:
    kinds = {part.partition(";")[0].strip() for part in accept.split(",")}
    if kinds & {"*/*", "application/*", "application/json"}:
        return False
    if kinds & {TEXT, "text/*"}:
        return True
    raise problems.NotAcceptable(f"Only application/json or text/plain can be had, not {accept}.")


def _lines(sections: dict[str, list[schemas.ConfigOption]]) -> Iterable[str]:
    for name, options in sections.items():
        yield f"[{name}]"
        yield from (f"{option.key} = {option.value}" for option in options)
        yield ""
