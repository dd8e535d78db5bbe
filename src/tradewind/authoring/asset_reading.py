"""Asset events as tasks read them: of their inlets, and those that made their run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, overload

import msgspec

from tradewind.authoring import asset_uris, assets, context_values
from tradewind.authoring.dag_run import DagRun
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext

Ask = Callable[[data.Request], Any]


class SourceTask:
    """The task instance that updated an asset."""

    def __init__(self, event: AssetEvent, ask: Ask) -> None:
        self.dag_id, self.run_id, self.task_id = (
            event.source_dag_id, event.source_run_id, event.source_task_id,
        )  # fmt: skip
        self.map_index = event.source_map_index
        self._ask = ask

    def xcom_pull(self, key: str = "return_value", default: Any = None) -> Any:
        """What that task instance pushed."""
        from tradewind.authoring import xcom  # only for those who ask

        asked = data.GetXCom(
            dag_id=self.dag_id or "", run_id=self.run_id or "", task_id=self.task_id or "", key=key,
            map_index=self.map_index,
        )  # fmt: skip
        found = self._ask(asked)
        names = {"key": key, "dag_id": self.dag_id, "task_id": self.task_id, "run_id": self.run_id}
        return default if found is None else xcom.load(found, **names)

    def __repr__(self) -> str:
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id}>"


class AssetEvent:
    """One update of an asset. Source fields are None where somebody outside updated it."""

    def __init__(self, told: dict[str, Any], ask: Ask) -> None:
        self.id: int = told["id"]
        self.asset = assets.Asset.known(name=told["name"], uri=told["uri"], group=told["group"])
        self.extra: dict[str, Any] = json.loads(told["extra"])
        self.timestamp = context_values.pendulum_of(_moment(told["timestamp"]))
        self.source_dag_id: str | None = told["source_dag_id"]
        self.source_run_id: str | None = told["source_run_id"]
        self.source_task_id: str | None = told["source_task_id"]
        self.source_map_index: int = told["source_map_index"]
        self.source_aliases = [assets.AssetAlias(name) for name in told.get("aliases", ())]
        self.partition_key: str | None = told["partition_key"]
        self._ask = ask

    @property
    def dataset(self) -> assets.Asset:
        """Airflow 2.x's name of ``asset``."""
        return self.asset

    @property
    def uri(self) -> str:
        """The asset's uri."""
        return self.asset.uri

    @property
    def source_task_instance(self) -> SourceTask | None:
        """The task instance that made the event, or None."""
        return SourceTask(self, self._ask) if self.source_task_id is not None else None

    @property
    def source_dag_run(self) -> DagRun | None:
        """The run whose task made the event, or None."""
        if self.source_run_id is None or self.source_dag_id is None:
            return None
        found = self._ask(data.GetDagRun(dag_id=self.source_dag_id, run_id=self.source_run_id))
        return None if found is None else DagRun(msgspec.convert(found, RunContext))

    def __repr__(self) -> str:
        return f"<AssetEvent {self.id} of {self.asset!r} at {self.timestamp}>"


def _moment(value: Any) -> datetime:
    moment: datetime = msgspec.convert(value, datetime)
    return moment


class EventList(Sequence[AssetEvent]):
    """Events of one inlet, oldest first; asked for when they are looked at.

    ``after``, ``before``, ``ascending`` and ``limit`` give a narrower list.
    """

    def __init__(self, ask: Ask, **wanted: Any) -> None:
        self._ask, self._wanted = ask, wanted
        self._found: list[AssetEvent] | None = None

    def after(self, moment: Any) -> EventList:
        """From that moment on (text or a date)."""
        return self._with(after=_date("after", moment))

    def before(self, moment: Any) -> EventList:
        """Up to that moment (text or a date)."""
        return self._with(before=_date("before", moment))

    def ascending(self, ascending: bool = True) -> EventList:
        """Oldest first, or newest first."""
        return self._with(ascending=ascending)

    def limit(self, limit: int) -> EventList:
        """At most so many."""
        return self._with(limit=limit)

    def _with(self, **more: Any) -> EventList:
        return EventList(self._ask, **{**self._wanted, **more})

    def _events(self) -> list[AssetEvent]:
        if self._found is None:
            told = self._ask(data.GetAssetEvents(**self._wanted))
            self._found = [AssetEvent(one, self._ask) for one in told]
        return self._found

    @overload
    def __getitem__(self, index: int) -> AssetEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[AssetEvent]: ...
    def __getitem__(self, index: Any) -> Any:
        return self._events()[index]

    def __len__(self) -> int:
        return len(self._events())

    def __repr__(self) -> str:
        return repr(self._events())


def _date(name: str, value: Any) -> datetime | None:
    from tradewind.authoring import moments  # parses; only for those who ask

    return moments.to_datetime(name, value, moments.timezone_of("UTC")) if value is not None else None


class InletEvents:
    """``inlet_events[asset]``: by inlet, by its number, or by text that is its name or uri."""

    def __init__(self, inlets: Sequence[Any], ask: Ask) -> None:
        self._inlets, self._ask = list(inlets), ask

    def __getitem__(self, key: Any) -> EventList:
        inlet = self._inlets[key] if isinstance(key, int) else key
        if isinstance(inlet, str):
            return self._by_text(inlet)
        if isinstance(inlet, assets.AssetAlias):
            return self.for_asset_alias(inlet.name)
        if isinstance(inlet, (assets.Asset, assets.AssetRef)):
            return self.for_asset(name=inlet.name, uri=inlet.uri)
        raise KeyError(inlet)

    def _by_text(self, text: str) -> EventList:
        inlet = next((one for one in self._inlets if getattr(one, "name", None) == text), None)
        return self[inlet] if inlet is not None else self.for_asset(uri=text)

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> EventList:
        """The events of an asset by its name, its uri, or both. Raises AirflowException without either."""
        if name is None and uri is None:
            raise AirflowException("for_asset() needs a name or a uri.")
        return EventList(self._ask, name=name, uri=None if uri is None else asset_uris.meant(uri))

    def for_asset_alias(self, alias_name: str) -> EventList:
        """The events that came by an alias."""
        return EventList(self._ask, alias=alias_name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._inlets)

    def __len__(self) -> int:
        return len(self._inlets)


class TriggeringEvents(dict[Any, list[AssetEvent]]):
    """The events that made the run, by asset (in 1.x and 2.x by uri). Text finds a name or a uri."""

    @classmethod
    def of(cls, events: Sequence[AssetEvent], *, by_uri: bool) -> TriggeringEvents:
        """Group them, in the order in which they happened."""
        found = cls()
        for event in events:
            for key in [event.uri] if by_uri else [event.asset, *event.source_aliases]:
                found.setdefault(key, []).append(event)
        return found

    def __missing__(self, key: Any) -> list[AssetEvent]:
        def is_meant(known: Any) -> bool:
            if isinstance(key, (assets.Asset, assets.AssetRef)):
                return known in (key.uri, key.name) or _named(known, key.name, key.uri)
            if not isinstance(key, str):
                return False
            uri = known if isinstance(known, str) else getattr(known, "uri", None)
            return key == getattr(known, "name", None) or uri == asset_uris.meant(key)

        return [event for known, events in self.items() if is_meant(known) for event in events]

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> list[AssetEvent]:
        """Those of an asset by its name, its uri, or both."""
        return [event for known, events in self.items() if _named(known, name, uri) for event in events]

    def for_asset_alias(self, alias_name: str) -> list[AssetEvent]:
        """Those that came by an alias."""
        return self.get(assets.AssetAlias(alias_name), [])


def _named(known: Any, name: str | None, uri: str | None) -> bool:
    return (
        isinstance(known, assets.Asset)
        and (name is not None or uri is not None)
        and name in (None, known.name)
        and (uri is None or asset_uris.meant(uri) == known.uri)
    )


def triggering(ask: Ask) -> list[AssetEvent]:
    """The events that made the run of the task that asks."""
    return [AssetEvent(one, ask) for one in ask(data.GetTriggeringEvents())]
