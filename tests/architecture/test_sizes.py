"""Budgets of the house: they keep functions and files small enough to be read at one sitting."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

FILE_LINES, CLASS_LINES, FUNCTION_LINES, NESTING = 500, 250, 60, 3
FILE_P95, FUNCTION_P95, FUNCTION_MEDIAN = 350, 35, 8


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT / "src"))


def definitions(kind: type | tuple[type, ...]) -> Iterator[tuple[str, ast.AST, int]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, kind):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                body_start = node.body[0]
                docstring = 0
                if isinstance(body_start, ast.Expr) and isinstance(body_start.value, ast.Constant):
                    docstring = body_start.end_lineno - body_start.lineno + 1
                yield f"{relative(path)}:{node.name}", node, node.end_lineno - first + 1 - docstring


FUNCTIONS = list(definitions((ast.FunctionDef, ast.AsyncFunctionDef)))
CLASSES = list(definitions(ast.ClassDef))
NESTS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def over(items: dict[str, int], limit: int) -> dict[str, int]:
    return {name: size for name, size in items.items() if size > limit}


def depth(node: ast.AST, level: int = 0) -> int:
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        # `elif` is an If inside orelse; it is not read as deeper.
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deeper = isinstance(child, NESTS) and not is_elif
        deepest = max(deepest, depth(child, level + 1 if deeper else level))
    return deepest


def test_files() -> None:
    sizes = {relative(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert over(sizes, FILE_LINES) == {}
    assert percentile(list(sizes.values()), 0.95) <= FILE_P95


def test_classes() -> None:
    assert over({name: size for name, _, size in CLASSES}, CLASS_LINES) == {}


def test_functions() -> None:
    sizes = {name: size for name, _, size in FUNCTIONS}
    assert over(sizes, FUNCTION_LINES) == {}
    assert percentile(list(sizes.values()), 0.95) <= FUNCTION_P95
    assert statistics.median(sizes.values()) <= FUNCTION_MEDIAN


def test_nesting() -> None:
    assert over({name: depth(node) for name, node, _ in FUNCTIONS}, NESTING) == {}
