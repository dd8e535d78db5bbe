"""Wait for a person's answer in the triggerer, as Airflow 3.1 and 3.2 did.

Our operators do not need it: their tasks wait in the database. It is for operators of others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tradewind.authoring import hitl, moments
from tradewind.authoring.trigger import BaseTrigger, TriggerEvent
from tradewind.domain import hitl as rules
from tradewind.domain.errors import InvalidValue
from tradewind.domain.messages import data
from tradewind.runtime.clock import Clock, SystemClock


class HITLTrigger(BaseTrigger):
    """Fires with the answer; at ``timeout_datetime`` with ``defaults``, or without any with an error.

    ``params`` are the fields of the form. An answer that does not fit them is an error too.
    """

    clock: Clock = SystemClock()

    def __init__(
        self, *, ti_id: Any, options: list[str], params: Mapping[str, Any], defaults: list[str] | None = None,
        multiple: bool = False, timeout_datetime: datetime | None = None, poke_interval: float = 5.0,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.ti_id, self.options, self.defaults, self.multiple = str(ti_id), options, defaults, multiple
        self.params = hitl.form(params)
        self.timeout_datetime = moments.to_datetime("timeout_datetime", timeout_datetime, UTC)
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        names = ("ti_id", "options", "params", "defaults", "multiple", "timeout_datetime", "poke_interval")
        path = "airflow.providers.standard.triggers.hitl.HITLTrigger"
        return path, {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask for the answer, rest, ask again."""
        while (event := await asyncio.to_thread(self.look)) is None:
            await asyncio.sleep(self._rest())
        yield TriggerEvent(event)

    def look(self) -> dict[str, Any] | None:
        """The event, or None as long as there is none. Asks ``task_instance``."""
        found = self.task_instance.ask(data.GetResponse())
        now = self.clock.now()
        late = self.timeout_datetime is not None and self.timeout_datetime <= now
        if found is None and not late:
            return None
        if found is None:
            chosen = None if self.defaults is None else tuple(self.defaults)
            values = {name: field["value"] for name, field in self.params.items()}
            found = self.task_instance.ask(
                data.TakeDefault(at=now, chosen_options=chosen, params_input=values)
            )
        return dict(rules.TOO_LATE) if found is None else self._event(hitl.response(found))

    def _event(self, response: hitl.HITLResponse) -> dict[str, Any]:
        try:
            values = rules.check_form(self.params, response.params_input)
        except InvalidValue as error:
            return {"error": str(error), "error_type": "validation"}
        self.log.info("Answered: %s", response.chosen_options)
        return {
            "chosen_options": response.chosen_options,
            "params_input": values,
            "responded_by_user": response.responded_by_user,
            "responded_at": response.responded_at,
            "timedout": response.responded_by_user is None,
        }

    def _rest(self) -> float:
        if self.timeout_datetime is None:
            return self.poke_interval
        left = (self.timeout_datetime - self.clock.now()).total_seconds()
        return max(0.0, min(self.poke_interval, left))
