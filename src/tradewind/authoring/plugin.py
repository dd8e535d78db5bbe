"""``AirflowPlugin``: the class by which a plug-in says what it brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tradewind.authoring import operator_link, priority_strategy
from tradewind.authoring.templating import macros as template_macros
from tradewind.domain.errors import AirflowException


class AirflowPluginException(AirflowException):
    """A plug-in cannot be used."""


class AirflowPlugin:
    """Base of plug-ins; defining a subclass with a ``name`` registers its macros, weight strategies and extra
    links.

    Timetables, partition mappers, windows and deadline references are looked up by the plug-in host, which
    tells listeners of runs and assets; those of task instances are told in the task's process. The
    other lists are kept for those who read them; what Tradewind does not use yet says
    ``docs/reference/compatibility.md``.
    """

    name: str | None = None
    source: Any = None
    operators: ClassVar[list[Any]] = []
    sensors: ClassVar[list[Any]] = []
    hooks: ClassVar[list[Any]] = []
    executors: ClassVar[list[Any]] = []
    macros: ClassVar[list[Callable[..., Any]]] = []
    admin_views: ClassVar[list[Any]] = []
    flask_blueprints: ClassVar[list[Any]] = []
    fastapi_apps: ClassVar[list[Any]] = []
    fastapi_root_middlewares: ClassVar[list[Any]] = []
    external_views: ClassVar[list[Any]] = []
    react_apps: ClassVar[list[Any]] = []
    menu_links: ClassVar[list[Any]] = []
    appbuilder_views: ClassVar[list[Any]] = []
    appbuilder_menu_items: ClassVar[list[Any]] = []
    global_operator_extra_links: ClassVar[list[Any]] = []
    operator_extra_links: ClassVar[list[Any]] = []
    timetables: ClassVar[list[Any]] = []
    partition_mappers: ClassVar[list[Any]] = []
    windows: ClassVar[list[Any]] = []
    deadline_references: ClassVar[list[Any]] = []
    listeners: ClassVar[list[Any]] = []
    hook_lineage_readers: ClassVar[list[Any]] = []
    priority_weight_strategies: ClassVar[list[Any]] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name and cls.macros:
            template_macros.add_plugin(cls.name, cls.macros)
        for strategy in cls.priority_weight_strategies if cls.name else ():
            priority_strategy.register(strategy)
        if cls.name:
            operator_link.register(cls)

    @classmethod
    def validate(cls) -> None:
        """Raises AirflowPluginException for a plug-in without a name."""
        if not cls.name:
            raise AirflowPluginException(f"Your plugin {cls.__qualname__} needs a name.")

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Called when the plug-in was loaded."""
