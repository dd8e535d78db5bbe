"""Asks jinja2 whether a text is a template at all, without rendering it."""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2 import nodes

from tradewind.authoring.templating import environment
from tradewind.domain.errors import did_you_mean, shorten


def problem(dag: Any, text: str) -> str | None:
    """What is wrong with a template of that DAG, as the end of a sentence; None if nothing is."""
    try:
        env = environment.for_dag(dag, native=False)
    except Exception:  # noqa: BLE001 - arguments of the DAG that suit no environment fail its tasks
        return None
    try:
        tree = env.parse(text)
    except jinja2.TemplateSyntaxError as error:
        return _broken(error, text)
    except Exception:  # noqa: BLE001 - extensions are strangers'
        return None
    if tree.find((nodes.If, nodes.CondExpr)) is not None:
        return None  # a filter that is not there may stand where it is never needed
    for kind, known in ((nodes.Filter, env.filters), (nodes.Test, env.tests)):
        for node in tree.find_all(kind):
            if node.name not in known:
                word = "filter" if kind is nodes.Filter else "test"
                return (
                    f"{_line(node.lineno, text)}: there is no {word} named {node.name!r}, so the task will "
                    f"fail.{did_you_mean(node.name, known)}"
                )
    return None


def _broken(error: jinja2.TemplateSyntaxError, text: str) -> str:
    message = str(error.message or error).rstrip(".")
    return (
        f"{_line(error.lineno, text)}: {message}. The task will fail: mend the template, or mark text that "
        "is none with {% raw %}…{% endraw %} or literal(…)."
    )


def _line(number: int, text: str) -> str:
    lines = text.splitlines()
    if not 0 < number <= len(lines):
        return ""
    return f", line {number}: {str(shorten(lines[number - 1].strip()))!r}"
