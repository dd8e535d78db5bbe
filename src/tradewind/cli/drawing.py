"""A DAG as a picture: Graphviz text, or a tree of its tasks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.domain.errors import AirflowException

if TYPE_CHECKING:
    from tradewind.domain.spec import DagSpec


def dot(spec: DagSpec) -> str:
    """Graphviz text."""
    lines = [
        f"digraph {json.dumps(spec.dag_id)} {{",
        "\trankdir=LR labelloc=t",
        "\tnode [shape=rectangle style=filled]",
    ]
    lines += [
        f'\t{json.dumps(task.task_id)} [color="#000000" fillcolor={json.dumps(task.ui_color)} '
        f"fontcolor={json.dumps(task.ui_fgcolor)} label={json.dumps(task.display_name or task.task_id)}]"
        for task in spec.tasks
    ]
    lines += [
        f"\t{json.dumps(above)} -> {json.dumps(task.task_id)}"
        for task in spec.tasks
        for above in task.upstream
    ]
    return "\n".join([*lines, "}"])


def tree(spec: DagSpec) -> str:
    """Tasks below what they wait for; one that waits for several is shown in full only once."""
    below: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
    for task in spec.tasks:
        for above in task.upstream:
            below[above].append(task.task_id)
    operators = {task.task_id: task.operator for task in spec.tasks}
    lines: list[str] = []
    shown: set[str] = set()
    stack = [(task.task_id, 0) for task in reversed(spec.tasks) if not task.upstream]
    while stack:
        task_id, depth = stack.pop()
        again = task_id in shown and bool(below[task_id])
        lines.append(f"{'    ' * depth}<Task({operators[task_id]}): {task_id}>{' …' if again else ''}")
        if not again:
            stack += [(child, depth + 1) for child in reversed(below[task_id])]
        shown.add(task_id)
    return "\n".join(lines)


def save(text: str, file: str) -> None:
    """Write a drawing; other kinds than .dot are made by Graphviz. Raises AirflowException."""
    path = Path(file)
    kind = path.suffix.lstrip(".").lower()
    if kind in {"dot", "gv", "txt", ""}:
        path.write_text(text + "\n", encoding="utf-8")
        return
    try:
        subprocess.run(
            ["dot", f"-T{kind}", "-o", str(path)], input=text.encode(), check=True, capture_output=True
        )
    except FileNotFoundError:
        raise AirflowException(
            f"Drawing a .{kind} file takes Graphviz (its command 'dot'). Install it, or save as .dot."
        ) from None
    except subprocess.CalledProcessError as error:
        raise AirflowException(f"Graphviz could not draw {file}: {error.stderr.decode().strip()}") from None
