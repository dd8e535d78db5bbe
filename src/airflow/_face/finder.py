"""One import finder for all paths of the table, and the attribute look-up of the modules that it makes.

Every module that it makes is a package, because of how Python reads ``from airflow.operators import Wrong``:
when the attribute is not there it tries to import ``airflow.operators.Wrong``, which comes here, and here
the reason can be told. ``hasattr`` stays a plain yes or no.
"""

from __future__ import annotations

import builtins
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from airflow._face import explain, table

_OWN = "airflow._face"
_PROVIDERS = "airflow.providers."
_STANDARD = "airflow.providers.standard"


def install() -> None:
    """Put the finder in front of all others, once."""
    if not any(isinstance(known, Finder) for known in sys.meta_path):
        sys.meta_path.insert(0, Finder())


class TableModule(ModuleType):
    """A module whose names come from the table."""

    def __getattr__(self, name: str) -> object:
        return attribute(self.__name__, name)

    def __dir__(self) -> list[str]:
        return listing(self.__name__)

    def __setattr__(self, name: str, value: object) -> None:
        """A sub-module does not hide a function of its name (``decorators.task_group``)."""
        if isinstance(value, TableModule) and table.names(self.__name__).get(name):
            return
        super().__setattr__(name, value)


class Finder:
    """Serves the paths of the table; leaves all else, and provider packages that are installed, to Python."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The spec of a module of the table. Raises ImportError, with the reason, for what is not there."""
        if not fullname.startswith("airflow.") or fullname.startswith(_OWN):
            return None
        ours = fullname in table.packages()
        if ours and not _may_be_installed(fullname):
            return _spec(fullname)
        installed = PathFinder.find_spec(fullname, _folders(fullname.rpartition(".")[0]))
        if installed is not None:
            return installed
        if ours:
            return _spec(fullname)
        how = _how_asked()
        if how == "question":
            return None
        raise explain.error(fullname, statement=how)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module that will ask the table."""
        return TableModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs at import; old paths leave a note for those who look for them."""
        explain.note_old_path(module.__name__)


def attribute(path: str, name: str) -> object:
    """The object behind ``name`` of ``path``. Raises AttributeError."""
    if name == "__all__":
        return [
            known
            for known, place in table.names(path).items()
            # ``from airflow.models import *`` must not take ``except ImportError:`` its meaning
            if place is not None and not hasattr(builtins, known) and _reachable(place)
        ]
    place = None if name.startswith("__") and name != "__version__" else table.target(path, name)
    if place is None:
        return _child(path, name)
    try:
        found: object = import_module(place.module)
    except explain.ProviderNotInstalled as missing:
        raise AttributeError(str(missing), name=name) from missing
    if place.attribute:
        found = getattr(found, place.attribute)
    if not path.endswith(".settings"):  # settings may change while the process lives
        sys.modules[path].__dict__[name] = found
    return found


def listing(path: str) -> list[str]:
    """What ``dir()`` shows."""
    known = {name for name, place in table.names(path).items() if place is not None}
    return sorted(known | set(table.children(path)) | set(sys.modules[path].__dict__))


def _child(path: str, name: str) -> object:
    child = f"{path}.{name}"
    if child in table.packages():
        return import_module(child)
    raise AttributeError(explain.no_attribute(path, name), name=name)


def _reachable(place: table.Target) -> bool:
    return not place.module.startswith(_PROVIDERS)


def _may_be_installed(fullname: str) -> bool:
    """Whether another distribution may bring this module; ours stands in only where it does not."""
    return f"{fullname}.".startswith(_PROVIDERS) and not fullname.startswith(_STANDARD)


def _folders(package: str) -> list[str]:
    inside = "/".join(package.split(".")[1:])
    return [f"{folder}/{inside}" for folder in sys.modules["airflow"].__path__]


def _spec(fullname: str) -> ModuleSpec:
    spec = ModuleSpec(fullname, Finder(), origin="tradewind", is_package=True)
    spec.submodule_search_locations = _folders(fullname)
    return spec


def _how_asked() -> str:
    """``import``, ``from`` (a name was asked for) or ``question`` (importlib.util.find_spec).

    Only the frames of the import machinery right above tell them apart, and the right answer differs:
    ModuleNotFoundError, ImportError, None.
    """
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == "importlib._bootstrap":
        if frame.f_code.co_name == "_handle_fromlist":
            return "from"
        frame = frame.f_back
    is_question = frame is not None and frame.f_globals.get("__name__") == "importlib.util"
    return "question" if is_question else "import"
