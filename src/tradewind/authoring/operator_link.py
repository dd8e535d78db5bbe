"""``BaseOperatorLink``: a link that a task shows beside its log, to the system that it worked with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


def names(task: Any) -> list[str]:
    """What the extra links of a task are called, sorted."""
    return sorted({str(getattr(link, "name", "")) for link in task.operator_extra_links or ()} - {""})


class BaseOperatorLink(ABC):
    """Base of an operator's extra links."""

    operators: ClassVar[list[Any]] = []
    """Operators that get the link without naming it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the link is called."""

    @property
    def xcom_key(self) -> str:
        """Under which key the task pushes the address."""
        return f"_link_{type(self).__name__}"

    @abstractmethod
    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address for one task instance."""
