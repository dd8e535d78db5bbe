"""Who answers what the tasks of a local run ask: the person at the terminal, or nobody."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TextIO

from tradewind.domain import hitl
from tradewind.domain.errors import InvalidValue


class Screen(Protocol):
    """What is shown meanwhile."""

    def tell(self, text: str) -> None:
        """A line for the reader."""

    def paused(self) -> AbstractContextManager[None]:
        """Nothing is redrawn inside."""


class AtTerminal:
    """Asks whoever sits there. Where nobody does, defaults are taken; a task without them cannot go on."""

    def __init__(self, screen: Screen, stdin: TextIO | None = None) -> None:
        self._screen, self._stdin = screen, stdin or sys.stdin

    def answer(self, name: str, request: hitl.Request, now: datetime) -> hitl.Response | str | None:
        """The answer, or why there is none."""
        if self._stdin.isatty():
            with self._screen.paused():
                answer = self._ask(name, request, now)
            if answer is not None:
                return answer
        if request.defaults is not None:
            self._screen.tell(f"{name}: nobody to ask; its defaults are taken: {', '.join(request.defaults)}")
            return hitl.taken(hitl.fallback(request) or "", now)
        return (
            f"Task {name!r} asks a person, and nobody is at the terminal: run it in one, give the task "
            "defaults, or run its DAG on a scheduler"
        )

    # --- at the terminal ------------------------------------------------------------------------------

    def _ask(self, name: str, request: hitl.Request, now: datetime) -> hitl.Response | None:
        """None where the person leaves (end of input)."""
        self._screen.tell(_described(name, request))
        while True:
            try:
                chosen = self._choose(request)
                given = {field: self._value(field, spec) for field, spec in request.params.items()}
                values = hitl.check(request, chosen, given)
            except InvalidValue as error:
                self._screen.tell(str(error))
                continue
            except EOFError:
                return None
            by = hitl.Person(id="terminal", name="terminal")
            return hitl.Response(chosen_options=tuple(chosen), params_input=values, by=by, at=now)

    def _choose(self, request: hitl.Request) -> list[str]:
        if len(request.options) == 1:
            self._line(f"Enter for {request.options[0]}: ")
            return list(request.options)
        default = f" [{', '.join(request.defaults)}]" if request.defaults else ""
        several = ", several with commas" if request.multiple else ""
        line = self._line(f"Your choice (number or name{several}){default}: ")
        if not line and request.defaults:
            return list(request.defaults)
        parts = [part.strip() for part in line.split(",")] if request.multiple else [line]
        return [_option(part, request.options) for part in parts]

    def _value(self, name: str, field: dict[str, Any]) -> Any:
        told = f" ({field['description']})" if field.get("description") else ""
        line = self._line(f"{name}{told} [{json.dumps(field.get('value'), ensure_ascii=False)}]: ")
        return field.get("value") if not line else _parsed(line, field.get("schema") or {})

    def _line(self, prompt: str) -> str:
        self._screen.tell(prompt.rstrip())
        line = self._stdin.readline()
        if not line:
            raise EOFError
        return line.strip()


def _described(name: str, request: hitl.Request) -> str:
    lines = [f"? {name}: {request.subject}", *(request.body or "").splitlines()]
    lines += [f"  {number}. {option}" for number, option in enumerate(request.options, 1)]
    return "\n".join(lines)


def _option(text: str, options: tuple[str, ...]) -> str:
    """The option of that name, or of that number."""
    if text not in options and text.isdecimal() and 1 <= int(text) <= len(options):
        return options[int(text) - 1]
    return text


def _parsed(line: str, schema: dict[str, Any]) -> Any:
    """JSON where it is some; text is text where the schema wants text."""
    if schema.get("type") == "string":
        return line
    try:
        return json.loads(line)
    except ValueError:
        return line
