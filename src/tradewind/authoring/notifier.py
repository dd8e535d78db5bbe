"""Notifiers: callbacks that render their own template fields and tell somebody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tradewind.authoring.templating import render


class BaseNotifier:
    """Base of notifiers; subclasses define ``notify``. Used as ``on_failure_callback=MyNotifier(...)``."""

    template_fields: Collection[str] = ()
    template_ext: Sequence[str] = ()

    def __init__(self, context: Any = None) -> None:
        self.context = context if context is not None else {}

    def notify(self, context: Any) -> None:
        """Tell somebody."""
        raise NotImplementedError(f"{type(self).__name__} defines no notify(self, context).")

    async def async_notify(self, context: Any) -> None:
        """Tell somebody, from an event loop."""
        raise NotImplementedError(f"{type(self).__name__} defines no async_notify(self, context).")

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render the template fields in place."""
        renderer = render.Renderer(_Rendered(self, context), context, jinja_env)
        for name in self.template_fields:
            setattr(self, name, renderer.render(getattr(self, name, None), name))

    def __call__(self, *args: Any) -> None:
        """As a callback: ``notifier(context)``, or the five arguments of an SLA miss."""
        context = (
            args[0] if len(args) == 1 else {"dag": args[0], "sla_args": args[1:]} if args else self.context
        )
        self.prepare(context)
        self.notify(context)

    def prepare(self, context: Any) -> None:
        """Render the template fields, before ``notify`` or ``async_notify``."""
        self.context = context
        self.render_template_fields(context)

    def __await__(self) -> Any:
        """As an asynchronous callback: ``await notifier`` after ``notifier.context`` was set."""
        self.prepare(self.context)
        return self.async_notify(self.context).__await__()

    @property
    def log(self) -> Any:
        """Its logger."""
        import logging

        return logging.getLogger(f"airflow.notifier.{type(self).__qualname__}")


class _Rendered:
    """What the renderer needs to know of a notifier."""

    render_template_as_native_obj = None

    def __init__(self, notifier: BaseNotifier, context: Any) -> None:
        self.template_ext = notifier.template_ext
        self.task_id = type(notifier).__name__
        self._dag = context.get("dag") if hasattr(context, "get") else None

    def get_dag(self) -> Any:
        """The DAG whose folder holds the template files."""
        return self._dag
