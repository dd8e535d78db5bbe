"""S21: what goes to a worker is data of closed types: no command, no code, no path out of the logs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import msgspec

from tradewind.domain import messages
from tradewind.domain.messages import assignment, lifecycle

FORBIDDEN = {
    "argv",
    "args",
    "command",
    "cmd",
    "code",
    "pickle",
    "pickled",
    "executable",
    "shell",
    "env",
    "environ",
}


def structs() -> Iterator[type[msgspec.Struct]]:
    for module in pkgutil.iter_modules(messages.__path__):
        for value in vars(importlib.import_module(f"{messages.__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct):
                yield value


def test_no_message_carries_a_command() -> None:
    found = {kind.__name__: FORBIDDEN.intersection(kind.__struct_fields__) for kind in structs()}
    assert len(found) > 60
    assert {name: fields for name, fields in found.items() if fields} == {}


def test_a_worker_is_told_nothing_but_these() -> None:
    kinds = {kind.__name__ for kind in lifecycle.ToHost.__args__}
    assert kinds == {"Welcome", "Assign", "Ack", "Stop", "WaitFor", "Recorded", "Forget"}


def test_an_assignment_names_its_work_by_ids() -> None:
    fields = {field.name: str(field.type) for field in msgspec.structs.fields(assignment.Assignment)}
    assert {"attempt_id", "dispatch", "task_id", "file", "version"} <= set(fields)
    assert not [name for name, kind in fields.items() if "bytes" in kind or "Callable" in kind]
