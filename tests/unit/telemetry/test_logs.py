"""Lines carry their context and no secret."""

import io
import json
import logging

from tradewind.telemetry import events, logs
from tradewind.telemetry.masking import Masker


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    found = logging.LogRecord("here", logging.WARNING, "f", 1, message, args, None)
    vars(found).update(extra)
    return found


def masker() -> Masker:
    found = Masker()
    found.add("hunter22")
    return found


def test_a_json_line_has_context_and_is_masked() -> None:
    with logs.context(dag_id="d"):
        line = json.loads(
            logs.JsonLines("c", masker()).format(record("a %s", "hunter22", run_id="r", token="t"))
        )
    assert line["event"] == "a ***" and line["level"] == "warning" and line["component"] == "c"
    assert (line["dag_id"], line["run_id"], line["token"]) == ("d", "r", "***")
    assert line["timestamp"].endswith("+00:00")


def test_a_readable_line_shows_where_it_belongs() -> None:
    line = logs.Readable(colour=False, masker=masker()).format(
        record("say hunter22", task_id="t", map_index=-1)
    )
    assert line.endswith("WARNING say ***  [task_id=t]")


def test_an_exception_is_masked_too() -> None:
    try:
        raise ValueError("hunter22")
    except ValueError as error:
        found = record("x")
        found.exc_info = (ValueError, error, error.__traceback__)
    assert "hunter22" not in logs.JsonLines("c", masker()).format(found)


def test_every_event_can_be_worded() -> None:
    samples = {"int": 1, "float": 1.0, "str": "x", "float | None": None}
    for kind in events.Event.__subclasses__():
        event = kind(**{name: samples[kind.__annotations__[name]] for name in kind.__struct_fields__})
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.Readable(colour=False))
        logger = logging.getLogger(kind.logger)
        logger.addHandler(handler)
        old = logger.level
        logger.setLevel(logging.DEBUG)
        try:
            events.log(event)
        finally:
            logger.removeHandler(handler)
            logger.setLevel(old)
        assert stream.getvalue().strip(), kind
