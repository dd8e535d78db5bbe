"""§2.5 Plug-ins of the folder and of installed packages: one reader for all; what fails is told and harms
nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tradewind.authoring import plugin_reading
from tradewind.authoring.templating import macros
from tradewind.domain.errors import AirflowException
from tradewind.runtime import plugins

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import Timetable

class {cls}(Timetable):
    pass

class Plugin(AirflowPlugin):
    name = "{name}"
    timetables = [{cls}]
    macros = [max]
    loads = []

    @classmethod
    def on_load(cls):
        cls.loads.append(1)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has read no plug-in yet."""
    monkeypatch.setattr(plugin_reading, "_loaded", {})
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    plugins.entry_points.cache_clear()


def package(place: Path, name: str, text: str, entry: str) -> None:
    """Install a package by hand."""
    place.mkdir(exist_ok=True)
    (place / f"{name}.py").write_text(text)
    words = place / f"{name}-2.1.dist-info"
    words.mkdir()
    (words / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (words / "entry_points.txt").write_text(f"[airflow.plugins]\n{entry}\n")
    if str(place) not in sys.path:
        sys.path.append(str(place))


def test_folder_and_packages_are_read_alike_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "of_folder.py").write_text(PLUGIN.format(cls="Here", name="here"))
    package(
        tmp_path / "site", "of_package", PLUGIN.format(cls="There", name="there"), "p = of_package:Plugin"
    )
    first = plugin_reading.read(folder)
    again = plugin_reading.read(folder)
    assert [(one.plugin.name, one.source) for one in again.found] == [
        ("here", "$PLUGINS_FOLDER/of_folder.py"),
        ("there", "of_package==2.1: p = of_package:Plugin"),
    ]
    assert [one.plugin.loads for one in again.found] == [[1], [1]]
    assert first.classes("timetables") == again.classes("timetables")
    assert sorted(again.classes("timetables")) == ["of_folder.Here", "of_package.There"]
    assert again.problems == ()
    assert macros.there.max(1, 2) == 2


def test_what_cannot_be_loaded_is_told_and_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "a_broken.py").write_text("1 / 0\n")
    (folder / "b_leaves.py").write_text("raise SystemExit(3)\n")
    (folder / "c_nameless.py").write_text(PLUGIN.format(cls="T", name=""))
    (folder / "d_fine.py").write_text(PLUGIN.format(cls="Fine", name="fine"))
    package(tmp_path / "site", "gone", "", "gone = gone:Plugin")
    package(tmp_path / "site", "odd", "Plugin = 3\n", "odd = odd:Plugin")
    read = plugin_reading.read(folder)
    assert [one.plugin.name for one in read.found] == ["fine"]
    assert [str(problem) for problem in read.problems] == [
        "plug-in $PLUGINS_FOLDER/a_broken.py cannot be loaded: ZeroDivisionError: division by zero",
        "plug-in $PLUGINS_FOLDER/b_leaves.py cannot be loaded: SystemExit: 3",
        "plug-in $PLUGINS_FOLDER/c_nameless.py cannot be loaded: AirflowPluginException: "
        "Your plugin Plugin needs a name.",
        "plug-in gone==2.1: gone = gone:Plugin cannot be loaded: AttributeError: "
        "module 'gone' has no attribute 'Plugin'",
        "plug-in odd==2.1: odd = odd:Plugin cannot be loaded: TypeError: 3 is no subclass of AirflowPlugin",
    ]


def test_a_file_may_import_its_plug_in_from_a_package(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    package(
        tmp_path / "site", "shared_plugin", PLUGIN.format(cls="Both", name="both"), "b = shared_plugin:Plugin"
    )
    (folder / "use.py").write_text("from shared_plugin import Plugin\n")
    read = plugin_reading.read(folder)
    assert [(one.plugin.name, one.plugin.loads) for one in read.found] == [("both", [1])]
    assert list(read.classes("timetables")) == ["shared_plugin.Both"]


def test_a_file_whose_name_another_module_has_goes_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "json.py").write_text(PLUGIN.format(cls="Mine", name="mine"))
    assert list(plugin_reading.read(folder).classes("timetables")) == ["json.Mine"]


def test_what_nobody_registered_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PLUGIN.format(cls="Weekly", name="w"))
    (tmp_path / "q.py").write_text("1 / 0\n")
    with pytest.raises(AirflowException) as caught:
        plugin_reading.read(tmp_path).find("timetables", "p.Weakly")
    told = str(caught.value)
    assert "timetable p.Weakly is not registered: list it in timetables = [...] of an AirflowPlugin" in told
    assert "Registered: p.Weekly" in told
    assert "Did you mean 'p.Weekly'?" in told
    assert "$PLUGINS_FOLDER/q.py cannot be loaded" in told
