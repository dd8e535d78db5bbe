"""The plug-in host: a process that computes with what plug-ins register.

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
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tradewind.authoring import (
    plugin_deadlines,
    plugin_listening,
    plugin_partitions,
    plugin_reading,
    plugin_timetables,
)
from tradewind.authoring.plugin_reading import Plugins
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import plugins as messages
from tradewind.domain.messages import wire
from tradewind.runtime import descendants

_TIMETABLES: Final[dict[type, Callable[..., messages.Reply]]] = {
    messages.NextRun: plugin_timetables.next_run,
    messages.RunsBetween: plugin_timetables.runs_between,
    messages.ManualRun: plugin_timetables.manual_run,
}

_PARTITIONS: Final[dict[type, Callable[..., messages.Reply]]] = {
    messages.MapKey: plugin_partitions.map_key,
    messages.PartitionNeeds: plugin_partitions.partition_needs,
    messages.PartitionArrived: plugin_partitions.partition_arrived,
    messages.CarryDate: plugin_partitions.carry_date,
}


def answer(asked: messages.Question, plugins: Plugins) -> messages.Reply:
    """What the plug-in says; whatever it raises is told as the failure."""
    try:
        return _answer(asked, plugins)
    except AirflowException as error:
        return messages.Failed(error=str(error).rstrip("."))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plug-in is a stranger's
        where = traceback.extract_tb(error.__traceback__)[-1]
        return messages.Failed(error=f"{error!r} in {where.filename}, line {where.lineno}")


def _answer(asked: Any, plugins: Plugins) -> messages.Reply:
    if isinstance(asked, messages.ListPlugins):
        return _listed(plugins)
    if isinstance(asked, messages.ListHooks | messages.TellListeners):
        return (
            plugin_listening.tell(asked)
            if isinstance(asked, messages.TellListeners)
            else plugin_listening.hooks()
        )
    if (about_partitions := _PARTITIONS.get(type(asked))) is not None:
        return about_partitions(plugins, asked)
    if isinstance(asked, messages.DeadlineStart):
        reference = plugins.find("deadline_references", asked.name)
        return plugin_deadlines.start(reference.deserialize_reference(asked.data), asked)
    timetable = plugins.find("timetables", asked.name).deserialize(asked.data)
    return _TIMETABLES[type(asked)](timetable, asked)


def _listed(plugins: Plugins) -> messages.PluginsAre:
    return messages.PluginsAre(
        plugins=tuple(
            messages.PluginInfo(
                name=str(one.plugin.name), source=one.source, parts=plugin_reading.parts_of(one)
            )
            for one in plugins.found
        ),
        problems=tuple((one.source, one.error) for one in plugins.problems),
    )


def main(argv: list[str]) -> int:
    """Answer until the socket closes."""
    with socket.socket(fileno=int(argv[0])) as line:
        os.set_inheritable(line.fileno(), False)
        descendants.die_with_parent(signal.SIGKILL)  # also where a plug-in never returns
        plugins = plugin_reading.read(Path(argv[1]))
        frames = wire.Frames(messages.Question)
        while data := line.recv(wire.READ_SIZE):
            for asked in frames.feed(data):
                line.sendall(wire.frame(answer(asked, plugins)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
