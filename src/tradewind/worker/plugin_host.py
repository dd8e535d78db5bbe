"""The plug-in host: a process that computes with the timetables that plug-ins register.

    python -m tradewind.worker.plugin_host SOCKET-NUMBER PLUGINS-FOLDER

It answers one question after the other, in order, and ends when its socket closes. It offers what plug-ins
registered and nothing else: a name is looked up in that list and never imported. Whoever asks sets the time
limit, and kills the host when it passes.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewind.authoring import context_values, schedules
from tradewind.authoring.plugin import AirflowPlugin
from tradewind.domain.errors import AirflowException, did_you_mean
from tradewind.domain.intervals import DataInterval
from tradewind.domain.messages import wire
from tradewind.domain.messages.plugins import AskTimetable, TimetableSays
from tradewind.runtime import descendants, plugins

ENTRY_POINTS = "airflow.plugins"


class Registered:
    """The timetables of all plug-ins by name; ``problems`` tells which plug-ins could not be loaded."""

    def __init__(self, folder: Path) -> None:
        self.timetables: dict[str, type[Any]] = {}
        self.problems: list[str] = []
        plugins.prepare_path(folder)
        for path in plugins.plugin_files(folder):
            try:
                module = plugins.load_file(path)
            except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
                self.problems.append(f"plug-in {path} cannot be loaded: {error!r}")
                continue
            own = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
            self._add(_plugins_in(module), {module.__name__: own})
        for entry in metadata.entry_points(group=ENTRY_POINTS):
            try:
                self._add([entry.load()], {})
            except Exception as error:  # noqa: BLE001
                self.problems.append(f"plug-in {entry.value} cannot be loaded: {error!r}")

    def _add(self, found: Iterable[Any], names: Mapping[str, str]) -> None:
        for plugin in found:
            for timetable in getattr(plugin, "timetables", ()):
                module = names.get(timetable.__module__, timetable.__module__)
                self.timetables[f"{module}.{timetable.__qualname__}"] = timetable

    def find(self, name: str) -> type[Any]:
        """The class of that name. Raises AirflowException."""
        known = self.timetables.get(name)
        if known is not None:
            return known
        told = "".join(f" ({problem})" for problem in self.problems)
        listed = ", ".join(sorted(self.timetables)) or "none"
        raise AirflowException(
            f"timetable {name} is not registered: list it in timetables = [...] of an AirflowPlugin in the "
            f"plugins folder. Registered: {listed}.{did_you_mean(name, self.timetables)}{told}"
        )


def _plugins_in(module: ModuleType) -> list[Any]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, AirflowPlugin) and value is not AirflowPlugin
    ]


def answer(asked: AskTimetable, registered: Registered) -> TimetableSays:
    """What the timetable says; whatever it raises is told as the error."""
    try:
        timetable = registered.find(asked.name).deserialize(asked.data)
        return _told(asked.ticket, _next(timetable, asked))
    except AirflowException as error:
        return TimetableSays(ticket=asked.ticket, error=str(error))
    except Exception as error:  # noqa: BLE001 - a plug-in is a stranger's
        where = traceback.extract_tb(error.__traceback__)[-1]
        return TimetableSays(ticket=asked.ticket, error=f"{error!r} in {where.filename}, line {where.lineno}")


def _next(timetable: Any, asked: AskTimetable) -> Any:
    """By whichever of Airflow's two methods the class has."""
    moment = context_values.pendulum_of
    restriction = schedules.TimeRestriction(moment(asked.earliest), moment(asked.latest), asked.catchup)
    last = None
    if asked.last_start is not None and asked.last_end is not None:
        last = DataInterval(moment(asked.last_start), moment(asked.last_end))
    newer = getattr(type(timetable), "next_dagrun_info_v2", None)
    if newer is None:
        return timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
    run_after = moment(asked.last_run_after)
    info = schedules.DagRunInfo(run_after=run_after, data_interval=last) if run_after is not None else None
    return timetable.next_dagrun_info_v2(last_dagrun_info=info, restriction=restriction)


def _told(ticket: int, info: Any) -> TimetableSays:
    if info is None:
        return TimetableSays(ticket=ticket)
    run_after = _utc("run_after", info.run_after)
    interval = info.data_interval
    if interval is None:
        return TimetableSays(ticket=ticket, run_after=run_after, start=run_after, end=run_after)
    start, end = _utc("data_interval.start", interval.start), _utc("data_interval.end", interval.end)
    return TimetableSays(ticket=ticket, run_after=run_after, start=start, end=end)


def _utc(name: str, value: Any) -> datetime:
    """A plain moment. Raises AirflowException for anything else."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise AirflowException(f"the timetable gave {value!r} as {name}; a date with a time zone is needed")
    plain = datetime.fromtimestamp(value.timestamp(), UTC)
    return plain.replace(microsecond=value.microsecond)


def main(argv: list[str]) -> int:
    """Answer until the socket closes."""
    with socket.socket(fileno=int(argv[0])) as line:
        os.set_inheritable(line.fileno(), False)
        descendants.die_with_parent(signal.SIGKILL)  # also where a timetable never returns
        registered = Registered(Path(argv[1]))
        frames = wire.Frames(AskTimetable)
        while data := line.recv(1 << 16):
            for asked in frames.feed(data):
                line.sendall(wire.frame(answer(asked, registered)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
