"""Assets (datasets in Airflow 2.x): what tasks update and what schedules wait for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from tradewind.authoring import arguments, asset_uris, serde
from tradewind.authoring.plain import plain
from tradewind.authoring.trigger import BaseEventTrigger
from tradewind.domain.errors import AirflowException, AirflowTimetableInvalid, InvalidValue
from tradewind.domain.spec import WatcherSpec

_MAX = 1500


class BaseAsset:
    """Something that a schedule can wait for."""

    def as_expression(self) -> dict[str, Any]:
        """The condition as JSON."""
        raise NotImplementedError

    def iter_assets(self) -> Iterator[Asset]:
        """All assets in it."""
        raise NotImplementedError

    def __and__(self, other: Any) -> AssetAll:
        return AssetAll(self, condition(other))

    def __or__(self, other: Any) -> AssetAny:
        return AssetAny(self, condition(other))


class Asset(BaseAsset):
    """A thing that tasks update: ``Asset("s3://bucket/key")`` or ``Asset(name="orders", uri="…")``."""

    asset_type: ClassVar[str] = "asset"

    def __init__(
        self,
        name: str | None = None,
        uri: str | None = None,
        *,
        group: str | None = None,
        extra: dict[str, Any] | None = None,
        watchers: Iterable[Any] | None = None,
        access_control: Any = None,
    ) -> None:
        if not name and not uri:
            raise InvalidValue("asset", name, "have a name or a uri")
        given = str(uri) if isinstance(uri, os.PathLike) else _text("asset uri", uri or name)
        clean = asset_uris.without_password(given)
        self.had_password = clean != given
        self.name: str = _text("asset name", name if name and name != given else clean)
        if self.name in ("self", "context"):
            raise InvalidValue("asset name", self.name, "not be 'self' or 'context', which @asset keeps")
        self.uri: str = asset_uris.normalised(clean)
        self.group: str = _text("asset group", group or self.asset_type)
        self.extra: dict[str, Any] = arguments.mapping("asset extra", extra)
        self.watchers: list[AssetWatcher] = _watchers(self.name, watchers)
        self.access_control = access_control

    @classmethod
    def known(cls, *, name: str, uri: str, group: str = "asset") -> Asset:
        """One that the database has: its uri is written as it is to be."""
        made = cls.__new__(cls)
        made.name, made.uri, made.group, made.extra = name, uri, group, {}
        made.had_password, made.watchers, made.access_control = False, [], None
        return made

    @staticmethod
    def ref(*, name: str | None = None, uri: str | None = None) -> AssetRef:
        """Name an asset that is defined elsewhere."""
        return AssetRef(name=name, uri=uri)

    def as_spec(self) -> dict[str, Any]:
        """The asset as data."""
        known: dict[str, Any] = {"type": "asset", "name": self.name, "uri": self.uri, "group": self.group}
        return {**known, "extra": plain(self.extra)} if self.extra else known

    def as_expression(self) -> dict[str, Any]:
        return {"asset": {"name": self.name, "uri": self.uri, "group": self.group}}

    def iter_assets(self) -> Iterator[Asset]:
        yield self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"Asset(name={self.name!r}, uri={self.uri!r})"

    def __fspath__(self) -> str:
        return self.uri


class Dataset(Asset):
    """``Asset`` under its name of Airflow 2.x, which has the uri first."""

    asset_type: ClassVar[str] = "dataset"

    def __init__(
        self,
        uri: str | None = None,
        extra: dict[str, Any] | None = None,
        *,
        name: str | None = None,
        **more: Any,
    ):
        super().__init__(name=name or uri, uri=uri, extra=extra, **more)
        self.group = more.get("group") or "asset"


class Model(Asset):
    """A machine-learning model as an asset."""

    asset_type: ClassVar[str] = "model"


class AssetAlias(BaseAsset):
    """A name under which tasks report assets that are known only at run time."""

    def __init__(self, name: str, group: str = "asset") -> None:
        self.name, self.group = _text("asset alias", name), group

    def as_spec(self) -> dict[str, Any]:
        """The alias as data."""
        return {"type": "alias", "name": self.name, "group": self.group}

    def as_expression(self) -> dict[str, Any]:
        return {"alias": {"name": self.name, "group": self.group}}

    def iter_assets(self) -> Iterator[Asset]:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetAlias) and self.name == other.name

    def __hash__(self) -> int:
        return hash(("alias", self.name))

    def __repr__(self) -> str:
        return f"AssetAlias({self.name!r})"


class AssetRef(BaseAsset):
    """An asset named without being defined: ``Asset.ref(name=…)``."""

    def __init__(self, *, name: str | None = None, uri: str | None = None) -> None:
        if (name is None) == (uri is None):
            raise InvalidValue("asset reference", name or uri, "have either a name or a uri")
        self.name = name
        self.uri = None if uri is None else asset_uris.normalised(asset_uris.without_password(uri))

    def as_spec(self) -> dict[str, Any]:
        """The reference as data."""
        return {"type": "ref", **({"name": self.name} if self.name else {"uri": self.uri})}

    def as_expression(self) -> dict[str, Any]:
        return {"asset_ref": {"name": self.name} if self.name else {"uri": self.uri}}

    def iter_assets(self) -> Iterator[Asset]:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetRef) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash(("ref", self.name, self.uri))

    def __repr__(self) -> str:
        return f"Asset.ref(name={self.name!r})" if self.name else f"Asset.ref(uri={self.uri!r})"


class _Combined(BaseAsset):
    word: ClassVar[str]

    def __init__(self, *objects: Any) -> None:
        self.objects: list[BaseAsset] = []
        for one in objects:
            part = condition(one)
            same = isinstance(part, _Combined) and type(part) is type(self)
            self.objects.extend(part.objects if same else [part])

    def as_expression(self) -> dict[str, Any]:
        return {self.word: [one.as_expression() for one in self.objects]}

    def iter_assets(self) -> Iterator[Asset]:
        for one in self.objects:
            yield from one.iter_assets()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.objects))})"


class AssetAll(_Combined):
    """All of them were updated."""

    word = "all"


class AssetAny(_Combined):
    """One of them was updated."""

    word = "any"


CONDITION = BaseAsset


class AssetAccessControl:
    """Which teams may update an asset and which may wait for it; kept, and shown, with the asset."""

    def __init__(
        self,
        *,
        producer_teams: Iterable[str] | None = None,
        consumer_teams: Iterable[str] | None = None,
        allow_global: bool = True,
    ) -> None:
        self.producer_teams, self.consumer_teams = list(producer_teams or ()), list(consumer_teams or ())
        self.allow_global = allow_global


class AssetWatcher:
    """Updates an asset whenever a trigger fires. Raises InvalidValue for a trigger that is made for tasks."""

    def __init__(self, name: str, trigger: BaseEventTrigger) -> None:
        if not isinstance(trigger, BaseEventTrigger):
            raise InvalidValue(
                f"The trigger of AssetWatcher {name!r}", type(trigger).__name__, "be a BaseEventTrigger"
            )
        self.name, self.trigger = _text("asset watcher", name), trigger

    def as_spec(self, asset: Asset) -> WatcherSpec:
        """As data. Raises AirflowException for a trigger that cannot be sent to the triggerer."""
        try:
            classpath, kwargs = self.trigger.serialize()
            text = serde.encode(kwargs)
        except Exception as error:
            raise AirflowException(
                f"AssetWatcher {self.name!r} of {asset!r}: the trigger cannot be sent to the triggerer: "
                f"{type(error).__name__}: {error}."
            ) from error
        known = {"name": asset.name, "uri": asset.uri, "group": asset.group}
        queue = getattr(self.trigger, "queue", None)
        return WatcherSpec(asset=known, name=self.name, classpath=classpath, kwargs=text, queue=queue)

    def __repr__(self) -> str:
        return f"AssetWatcher({self.name!r}, {type(self.trigger).__name__})"


class Metadata:
    """What a task says about an asset that it updated: yielded from the task's function."""

    def __init__(
        self, asset: Any, extra: dict[str, Any] | None = None, alias: AssetAlias | None = None
    ) -> None:
        self.asset, self.extra, self.alias = asset, extra or {}, alias


def watchers_of(mentioned: Iterable[Asset]) -> tuple[WatcherSpec, ...]:
    """Those of the assets as data, each once. Raises InvalidValue for a name that stands for two triggers."""
    found: dict[tuple[str, str, str], WatcherSpec] = {}
    for asset in mentioned:
        for watcher in asset.watchers:
            spec = watcher.as_spec(asset)
            if found.setdefault((asset.name, asset.uri, watcher.name), spec) != spec:
                raise InvalidValue(
                    f"AssetWatcher {watcher.name!r} of {asset!r}",
                    type(watcher.trigger).__name__,
                    "have one trigger, with equal arguments, wherever the DAG mentions the asset",
                )
    return tuple(found[key] for key in sorted(found))


def _watchers(asset: str, given: Iterable[Any] | None) -> list[AssetWatcher]:
    found = list(given or ())
    for one in found:
        if not isinstance(one, AssetWatcher):
            raise InvalidValue(f"A watcher of asset {asset!r}", repr(one), "be an AssetWatcher")
    return found


def condition(schedule: Any) -> Any:
    """The condition that an asset, an expression or a list (meaning all) stands for.

    Raises AirflowTimetableInvalid for anything else in it.
    """
    if isinstance(schedule, BaseAsset):
        return schedule
    if isinstance(schedule, str):
        return AssetRef(name=schedule)
    if isinstance(schedule, (list, tuple, set, frozenset)) and schedule:
        items = sorted(schedule, key=repr) if isinstance(schedule, (set, frozenset)) else schedule
        return AssetAll(*items)
    raise AirflowTimetableInvalid(
        f"A schedule of assets cannot be made of {schedule!r}; use assets, | and &, or a list."
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX:
        raise InvalidValue(name, value, f"be text of 1 to {_MAX} characters")
    return value
