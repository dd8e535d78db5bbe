"""``Templater``: for objects of providers, no tasks, that render template fields of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tradewind.authoring.templating import render


class Templater:
    """Subclasses name ``template_fields`` and ``template_ext``; ``render_template`` renders any value."""

    template_fields: Collection[str] = ()
    template_ext: Sequence[str] = ()
    render_template_as_native_obj: bool | None = None

    def get_dag(self) -> Any:
        """The DAG whose macros and folders templates use; None for none."""
        return getattr(self, "dag", None)

    @property
    def task_id(self) -> str:
        """What messages call the object."""
        return type(self).__name__

    def get_template_env(self, dag: Any = None) -> Any:
        """The Jinja environment of a DAG, or a plain one."""
        from tradewind.authoring.templating import environment  # jinja2 is heavy

        return environment.for_dag(
            dag or self.get_dag(), native=bool(getattr(dag, "render_template_as_native_obj", False))
        )

    def prepare_template(self) -> None:
        """Called when files have taken the place of their names; for subclasses."""

    def resolve_template_files(self) -> None:
        """Put the text of template files in the place of their names. Raises TemplateFailed."""
        extensions = tuple(self.template_ext)
        for name in self.template_fields if extensions else ():
            value = getattr(self, name, None)
            if isinstance(value, str):
                setattr(self, name, self._text_of(value, extensions))
            elif isinstance(value, list):
                setattr(self, name, [self._text_of(part, extensions) for part in value])
        self.prepare_template()

    def _text_of(self, value: Any, extensions: tuple[str, ...]) -> Any:
        if not isinstance(value, str) or not value.endswith(extensions):
            return value
        env = self.get_template_env()
        try:
            return env.loader.get_source(env, value)[0]
        except Exception as error:
            raise render.TemplateFailed(f"The template file {value!r} cannot be read: {error}") from error

    def render_template(
        self, content: Any, context: Any, jinja_env: Any = None, seen_oids: set[int] | None = None
    ) -> Any:
        """``content`` (text, or anything holding text) rendered. Raises TemplateFailed."""
        return render.render_value(self, content, context, jinja_env)

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render these fields of ``parent`` in place."""
        for name in template_fields:
            value = getattr(parent, name)
            if value is not None and value != "":
                setattr(parent, name, render.render_value(self, value, context, jinja_env))
