"""Triggers: what a deferred task waits for. They run in the triggerer, many on one event loop."""

from __future__ import annotations

import abc
from collections.abc import AsyncIterator, Hashable
from datetime import timedelta
from typing import Any

from tradewind.authoring import defaults


class TriggerEvent:
    """A trigger fired; ``payload`` reaches the task as ``event``."""

    def __init__(self, payload: Any, **_: Any) -> None:
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and type(self) is type(other) and self.payload == other.payload

    def __hash__(self) -> int:
        return hash(repr(self.payload))

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self.payload!r}>"


class BaseTaskEndEvent(TriggerEvent):
    """A trigger ends its task by itself; no worker is needed."""

    state: str = ""

    def __init__(self, payload: Any = None, *, xcoms: dict[str, Any] | None = None, **_: Any) -> None:
        super().__init__(payload)
        self.xcoms = xcoms


class TaskSuccessEvent(BaseTaskEndEvent):
    """The task succeeded."""

    state = "success"


class TaskFailedEvent(BaseTaskEndEvent):
    """The task failed."""

    state = "failed"


class TaskSkippedEvent(BaseTaskEndEvent):
    """The task is skipped."""

    state = "skipped"


class BaseTrigger(abc.ABC):
    """Base of all triggers. Its arguments must be values that can travel between processes."""

    supports_triggerer_queue: bool = True
    """Whether it may get the queue of its task, where the configuration gives triggers queues."""

    def __init__(self, **kwargs: Any) -> None:
        self.task_instance: Any = None
        self.trigger_id: Any = None
        self.queue: str | None = kwargs.pop("queue", None)

    @abc.abstractmethod
    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path of the class and the arguments that build an equal trigger."""

    @abc.abstractmethod
    def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait without blocking, then yield one event."""

    async def cleanup(self) -> None:  # noqa: B027 - a hook, not a duty
        """Called when the trigger ends, whether it fired or not."""

    async def on_kill(self) -> None:  # noqa: B027 - a hook, not a duty
        """Called when the task that waits was cleared or marked: end what the trigger watches."""

    @property
    def log(self) -> Any:
        """The logger of the trigger's log."""
        import logging

        return logging.getLogger(f"airflow.triggers.{type(self).__qualname__}")

    def __repr__(self) -> str:
        path, kwargs = self.serialize()
        shown = ", ".join(f"{name}={value}" for name, value in kwargs.items())
        return f"<{path} {shown}>"


class BaseEventTrigger(BaseTrigger):
    """A trigger that may fire again and again, for asset watchers.

    What follows a ``yield`` runs when the event is recorded. Those that give the same ``shared_stream_key``
    read one stream, which the triggerer opens once.
    """

    supports_triggerer_queue = False
    asset_state_store: Any = None
    """State of the asset that it watches, which outlives the trigger; set where it runs."""

    def shared_stream_key(self) -> Hashable | None:
        """Equal for triggers that share a stream; None: this one does not share."""
        return None

    @classmethod
    def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncIterator[Any]:
        """The stream, given the arguments of one of the triggers that share it."""
        raise NotImplementedError(f"{cls.__name__} has a shared_stream_key but no open_shared_stream().")

    def filter_shared_stream(self, shared_stream: AsyncIterator[Any]) -> AsyncIterator[TriggerEvent]:
        """This trigger's events, of what the stream says."""
        raise NotImplementedError(f"{type(self).__name__} defines no filter_shared_stream().")


class StartTriggerArgs:
    """How a task begins with a trigger, without a worker."""

    def __init__(
        self,
        trigger_cls: str,
        next_method: str,
        trigger_kwargs: dict[str, Any] | None = None,
        next_kwargs: dict[str, Any] | None = None,
        timeout: timedelta | None = None,
        trigger_queue: str | None = None,
    ) -> None:
        self.trigger_cls, self.next_method = trigger_cls, next_method
        self.trigger_kwargs, self.next_kwargs = trigger_kwargs, next_kwargs
        self.timeout, self.trigger_queue = timeout, trigger_queue


def queue_of(trigger: Any, *, of_task: str) -> str | None:
    """The queue of a task's trigger: its own, or that of the task where ``[triggerer] queues_enabled``."""
    own: str | None = getattr(trigger, "queue", None)
    if own is not None or not getattr(trigger, "supports_triggerer_queue", True):
        return own
    return of_task if defaults.current().trigger_queues else None
