"""Templates that code renders by itself: three functions of ``airflow.utils.helpers`` of 2.x.

They take a ``jinja2.Template`` and look up only what it names: a context computes values when asked for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradewind.authoring.templating import rendering


def render_template(template: Any, context: Mapping[str, Any], *, native: bool) -> Any:
    """The template as text; ``native`` as a Python value where it is one. Raises what the template raises."""
    return rendering.of_template(template, context, native=native)


def render_template_to_string(template: Any, context: Mapping[str, Any]) -> str:
    """The template as text."""
    text: str = render_template(template, context, native=False)
    return text


def render_template_as_native(template: Any, context: Mapping[str, Any]) -> Any:
    """The template as a Python value."""
    return render_template(template, context, native=True)
