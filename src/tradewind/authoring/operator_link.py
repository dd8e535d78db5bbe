"""``BaseOperatorLink``: a link that a task shows beside its log, to the system that it worked with.

A task's own operator brings links, and so do plug-ins: ``operator_extra_links`` for the operators that a link
names, ``global_operator_extra_links`` for all. Their code runs in the task's process only; the addresses are
XComs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

_plugins: list[Any] = []


def register(plugin: Any) -> None:
    """The links of this plug-in count from now on."""
    _plugins.append(plugin)


def of(task: Any) -> dict[str, Any]:
    """A task's links by name. Those that plug-ins bring for its operator replace its own of the same name;
    those for every operator do not.
    """
    if not _plugins and not task.operator_extra_links:
        return {}  # as for nearly every task
    operator = getattr(task, "operator_class", type(task))
    found = {link.name: link for plugin in _plugins for link in plugin.global_operator_extra_links}
    found.update((getattr(link, "name", ""), link) for link in task.operator_extra_links or ())
    found.update(
        (link.name, link)
        for plugin in _plugins
        for link in plugin.operator_extra_links
        if operator in (getattr(link, "operators", None) or ())
    )
    return {str(name): link for name, link in sorted(found.items()) if name}


def names(task: Any) -> list[str]:
    """What the extra links of a task are called, sorted."""
    return list(of(task))


def key_of(link: Any) -> str:
    """Under which key the task pushes the link's address."""
    return str(getattr(link, "xcom_key", None) or f"_link_{type(link).__name__}")


class BaseOperatorLink(ABC):
    """Base of an operator's extra links."""

    operators: ClassVar[list[Any]] = []
    """Operators that get the link, of a plug-in, without naming it."""

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
