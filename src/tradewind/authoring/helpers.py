"""Small tools of ``airflow.utils.helpers``, ``.strings`` and ``.module_loading`` that others import."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tradewind.domain import keys
from tradewind.domain.errors import InvalidValue

T = TypeVar("T")
S = TypeVar("S")

KEY_REGEX = re.compile(r"^[\w.-]+$")
GROUP_KEY_REGEX = re.compile(r"^[\w-]+$")
CAMELCASE_TO_SNAKE_CASE_REGEX = re.compile(r"(?!^)([A-Z]+)")


def validate_key(k: str, max_length: int = 250) -> None:
    """Raises for a text that cannot be an id."""
    if not isinstance(k, str):
        raise TypeError(f"The key has to be a string and is {type(k)}:{k}")
    if len(k) > max_length:
        raise InvalidValue("An id", k, f"have at most {max_length} characters")
    keys.check_task_id(k)


def validate_group_key(k: str, max_length: int = 200) -> None:
    """Raises for a text that cannot be the id of a task group."""
    validate_key(k, max_length)
    if not GROUP_KEY_REGEX.match(k):
        raise InvalidValue("A group id", k, "use ASCII letters, digits, dashes and underscores")


def is_container(obj: Any) -> bool:
    """Whether it holds others: iterable, but not text."""
    return hasattr(obj, "__iter__") and not isinstance(obj, str)


def as_tuple(obj: Any) -> tuple[Any, ...]:
    """The members of a container, or a tuple with the one thing given."""
    return tuple(obj) if is_container(obj) else (obj,)


def chunks(items: list[T], chunk_size: int) -> Generator[list[T], None, None]:
    """The list in pieces of ``chunk_size``. Raises ValueError for a size below 1."""
    if chunk_size <= 0:
        raise ValueError(f"chunk_size must be positive, got {chunk_size}")
    for start in range(0, len(items), chunk_size):
        yield items[start : start + chunk_size]


def reduce_in_chunks(
    fn: Callable[[S, list[T]], S], iterable: list[T], initializer: S, chunk_size: int = 0
) -> S:
    """``functools.reduce`` over pieces of the list; one piece for a size of 0."""
    result = initializer
    for chunk in chunks(iterable, chunk_size or len(iterable)) if iterable else ():
        result = fn(result, chunk)
    return result


def as_flattened_list(iterable: Iterable[Iterable[T]]) -> list[T]:
    """The members of the members."""
    return [item for inner in iterable for item in inner]


def partition(pred: Callable[[T], bool], iterable: Iterable[T]) -> tuple[Iterable[T], Iterable[T]]:
    """Those for which ``pred`` is false, and those for which it is true."""
    items = list(iterable)
    return iter([item for item in items if not pred(item)]), iter([item for item in items if pred(item)])


def exactly_one(*args: Any) -> bool:
    """Whether exactly one argument counts as true. Raises ValueError for containers (say ``*args``)."""
    if any(is_container(arg) for arg in args):
        raise ValueError(
            "Not supported for iterable args. Use `*` to unpack your iterable in the function call."
        )
    return sum(map(bool, args)) == 1


def at_most_one(*args: Any) -> bool:
    """Whether none or one argument was given (is neither None nor NOTSET) and counts as true."""
    from tradewind.authoring.notset import is_arg_set

    return sum(is_arg_set(arg) and bool(arg) for arg in args) in (0, 1)


def prune_dict(val: Any, mode: str = "strict") -> Any:
    """Dicts and lists without what is None (``strict``) or counts as false (``truthy``), in all depths."""
    if mode not in {"strict", "truthy"}:
        raise ValueError(f"mode must be 'strict' or 'truthy', got {mode!r}")

    def keep(value: Any) -> bool:
        return value is not None if mode == "strict" else bool(value)

    if isinstance(val, dict):
        pruned = {key: prune_dict(value, mode) for key, value in val.items() if keep(value)}
        return {
            key: value
            for key, value in pruned.items()
            if keep(value) or not isinstance(val[key], (dict, list))
        }
    if isinstance(val, list):
        items = [(item, prune_dict(item, mode)) for item in val if keep(item)]
        return [new for old, new in items if keep(new) or not isinstance(old, (dict, list))]
    return val


def merge_dicts(dict1: dict[Any, Any], dict2: dict[Any, Any]) -> dict[Any, Any]:
    """A new dict of both; ``dict2`` wins, dicts inside are merged alike."""
    merged = dict(dict1)
    for key, value in dict2.items():
        both = key in merged and isinstance(merged[key], dict) and isinstance(value, dict)
        merged[key] = merge_dicts(merged[key], value) if both else value
    return merged


def convert_camel_to_snake(camel_str: str) -> str:
    """``CamelCase`` as ``camel_case``."""
    return CAMELCASE_TO_SNAKE_CASE_REGEX.sub(r"_\1", camel_str).lower()


def ask_yesno(question: str, default: bool | None = None) -> bool | None:
    """Ask on the terminal until the answer is yes or no; an empty answer is ``default``."""
    while True:
        answer = input(f"{question} ").strip().lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"n", "no"}:
            return False
        if not answer and default is not None:
            return default


def render_log_filename(ti: Any, try_number: int, filename_template: Any) -> str:
    """The log path of a try, from a template of Jinja or of ``str.format``."""
    context = {"ti": ti, "try_number": try_number, "ts": getattr(ti, "execution_date", "")}
    if hasattr(filename_template, "render"):
        return str(filename_template.render(**context))
    return str(filename_template).format(
        dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id, try_number=try_number, map_index=ti.map_index
    )


def to_boolean(astring: str | None) -> bool:
    """Whether a text says yes."""
    return astring is not None and astring.strip().lower() in {"true", "t", "yes", "y", "on", "1"}


def get_random_string(length: int = 8, choices: str = "") -> str:
    """Random letters and digits, from the operating system's source."""
    import secrets
    import string

    return "".join(secrets.choice(choices or string.ascii_letters + string.digits) for _ in range(length))


def import_string(dotted_path: str) -> Any:
    """The object of that import path. Raises ImportError."""
    from importlib import import_module

    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path} doesn't look like a module path")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f'Module "{module}" does not define a "{name}" attribute/class') from error


def qualname(o: Any, use_qualname: bool = False, exclude_module: bool = False) -> str:
    """``module.name`` of a class, a function or an object's class."""
    if isinstance(o, str):
        return o
    kind = o if hasattr(o, "__qualname__") or hasattr(o, "__name__") else type(o)
    name = str(kind.__qualname__ if use_qualname or exclude_module else kind.__name__)
    module = getattr(kind, "__module__", "")
    return name if exclude_module or not module or module == "builtins" else f"{module}.{name}"


def is_valid_dotpath(path: str) -> bool:
    """Whether the text could be an import path."""
    return isinstance(path, str) and bool(re.fullmatch(r"[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)*", path))


def iter_namespace(ns: Any) -> Iterator[Any]:
    """The modules directly in a namespace package."""
    import pkgutil

    return pkgutil.iter_modules(ns.__path__, ns.__name__ + ".")


def build_airflow_url_with_query(query: Mapping[str, Any]) -> str:
    """The address of the web UI's grid page with a query string."""
    from urllib.parse import urlencode

    from tradewind.config.compat import conf

    base = conf.get("api", "base_url", fallback="/") or "/"
    return f"{str(base).rstrip('/')}/dags?{urlencode(query)}"


def build_airflow_dagrun_url(dag_id: str, run_id: str) -> str:
    """The address of a run in the web UI."""
    from urllib.parse import quote

    from tradewind.config.compat import conf

    base = conf.get("api", "base_url", fallback="/") or "/"
    return f"{str(base).rstrip('/')}/dags/{quote(dag_id)}/runs/{quote(run_id)}"


def parse_template_string(template_string: str) -> tuple[str | None, Any]:
    """(text, None) for plain text, (None, template) for a Jinja template with ``render``."""
    if "{{" not in template_string:
        return template_string, None
    from tradewind.authoring.templating import environment  # jinja2 is heavy

    return None, environment.Environment().from_string(template_string)


def get_host_ip_address() -> str:
    """This machine's address, by its name."""
    import socket

    return socket.gethostbyname(socket.getfqdn())


def is_tty() -> bool:
    """Whether somebody sits at a terminal."""
    import sys

    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


DB_SAFE_MINIMUM, DB_SAFE_MAXIMUM = -(2**31), 2**31 - 1


def db_safe_priority(priority_weight: int) -> int:
    """The number, kept within what the database's column holds."""
    return max(DB_SAFE_MINIMUM, min(DB_SAFE_MAXIMUM, int(priority_weight)))
