"""What an executor is."""

from __future__ import annotations

from typing import ClassVar

from tradewind.domain.errors import InvalidValue


class BaseExecutor:
    """Base of all executors. ``slots`` is how many tasks it runs at once."""

    name: ClassVar[str] = ""
    is_local: ClassVar[bool] = False
    """Its host runs on the scheduler's machine."""

    def __init__(self, *, slots: int, queues: tuple[str, ...] = ()) -> None:
        """``queues`` empty: takes any. Raises InvalidValue."""
        if slots < 1:
            raise InvalidValue(f"The number of slots of {type(self).__name__}", slots, "be at least 1")
        self.slots, self.queues = slots, queues

    def takes(self, queue: str) -> bool:
        """Whether work of that queue may go to it."""
        return not self.queues or queue in self.queues

    def ensure(self) -> None:
        """Make sure that a host is there, or on its way. Raises CannotStart, AlreadyRunning is no error."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its hosts are reached.")

    def end(self) -> None:
        """The scheduler stops: let what ``ensure`` started drain."""
