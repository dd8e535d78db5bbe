"""What partition mappers and windows of plug-ins answer, for the plug-in host."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tradewind.authoring.partition_windows import unwall, wall
from tradewind.authoring.plugin_reading import NotRegistered, Plugins
from tradewind.domain import keys, partitions
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import plugins as messages
from tradewind.domain.partitions import Item
from tradewind.domain.spec.partitions import PluginMapper, Window


def map_key(plugins: Plugins, asked: messages.MapKey) -> messages.KeysAre:
    """The keys that a key is mapped to; a mapper that raises refuses the key, as in Airflow. Raises
    NotRegistered.
    """
    try:
        return messages.KeysAre(keys=partitions.downstream(asked.mapper, asked.key, Live(plugins)))
    except NotRegistered:
        raise
    except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
        return messages.KeysAre(refused=_words(error))


def partition_needs(plugins: Plugins, asked: messages.PartitionNeeds) -> messages.PartitionIs:
    """What a key downstream waits for and stands for. Raises NotRegistered."""
    live = Live(plugins)
    try:
        return messages.PartitionIs(
            expected=partitions.expected(asked.mapper, asked.key, live),
            date=partitions.date_of(asked.mapper, asked.key, live),
        )
    except NotRegistered:
        raise
    except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
        return messages.PartitionIs(refused=_words(error))


def partition_arrived(plugins: Plugins, asked: messages.PartitionArrived) -> messages.PartitionSatisfied:
    """What the wait policy of a mapper says of the keys that are there. Raises NotRegistered."""
    mapper = Live(plugins).mapper(asked.mapper)
    try:
        wanted = frozenset(mapper.to_upstream(asked.key))
        said = mapper.wait_policy.is_satisfied_by_keys(matched=frozenset(asked.arrived), expected=wanted)
        if said.unreachable:
            return messages.PartitionSatisfied(refused=str(said.unreachable_reason))
        return messages.PartitionSatisfied(satisfied=bool(said.satisfied))
    except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
        return messages.PartitionSatisfied(refused=_words(error))


def carry_date(plugins: Plugins, asked: messages.CarryDate) -> messages.PartitionIs:
    """The moment that a mapper makes of that of a run upstream. Raises NotRegistered."""
    live = Live(plugins)
    mapper = live.mapper(asked.mapper)
    try:
        found = mapper.carry_partition_date(asked.date)
        return messages.PartitionIs(date=_moment(found, f"{asked.name}.carry_partition_date"))
    except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
        return messages.PartitionIs(refused=_words(error))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, AirflowException) else repr(error)


class Live:
    """Computes with the classes of plug-ins, and checks what they give."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    def mapper(self, mapper: Any) -> Any:
        """The registered class, built again. Raises NotRegistered."""
        return self._plugins.find("partition_mappers", mapper.name).deserialize(mapper.data)

    def downstream(self, mapper: PluginMapper, key: str) -> Iterable[str]:
        """The keys that a key is mapped to."""
        found = self.mapper(mapper).to_downstream(key)
        return [_key(one, mapper.name) for one in ([found] if isinstance(found, str) else found)]

    def expected(self, mapper: PluginMapper, key: str) -> frozenset[str]:
        """The keys upstream that a roll-up waits for."""
        return frozenset(_key(one, mapper.name) for one in self.mapper(mapper).to_upstream(key))

    def decoded(self, mapper: PluginMapper, key: str) -> Item:
        """What a key downstream stands for."""
        found: Item = unwall(self.mapper(mapper).decode_downstream(key))
        return found

    def encoded(self, mapper: PluginMapper, item: Item) -> str:
        """The key upstream that stands for an item."""
        return _key(self.mapper(mapper).encode_upstream(wall(item)), mapper.name)

    def formatted(self, mapper: PluginMapper, item: Item) -> str:
        """The key downstream that stands for an item; mappers of one's own may have a ``format``."""
        write = getattr(self.mapper(mapper), "format", None)
        if callable(write):
            return _key(write(wall(item)), mapper.name)
        return item.isoformat() if isinstance(item, datetime) else str(item)

    def date_of(self, mapper: PluginMapper, key: str) -> datetime | None:
        """The moment that a key downstream stands for; one without a zone is UTC."""
        found = self.mapper(mapper).to_partition_date(key)
        return _moment(found, f"{mapper.name}.to_partition_date")

    def items(self, window: Window, key: Item) -> Iterable[Item]:
        """What makes up a window."""
        found = self._plugins.find("windows", window.name).deserialize(window.data)
        return [unwall(item) for item in found.to_upstream(wall(key))]


def _moment(found: Any, name: str) -> datetime | None:
    """The plain moment; one without a zone is UTC."""
    if found is None:
        return None
    if not isinstance(found, datetime):
        raise AirflowException(f"{name} gave {found!r}; a date is needed")
    aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return datetime.fromtimestamp(aware.timestamp(), UTC).replace(microsecond=aware.microsecond)


def _key(value: Any, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= keys.MAX_LENGTH:
        raise AirflowException(
            f"{name} gave {value!r} as a partition key; text of 1 to {keys.MAX_LENGTH} characters is needed"
        )
    return str(value)
