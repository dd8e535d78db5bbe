"""Why an import failed, in words that say what to do."""

from __future__ import annotations

import sys

from airflow._face import legacy, providers, sdk, table

_RENAMED = {"DummyOperator": "EmptyOperator"}
"""Classes of ours that are kept under an old name too."""


class ProviderNotInstalled(ModuleNotFoundError):
    """The module belongs to a provider package that is not installed."""


def error(fullname: str, *, statement: str) -> ImportError:
    """The error for a module or name that cannot be had. ``statement`` is ``import`` or ``from``."""
    path, _, name = fullname.rpartition(".")
    if path in table.packages() and (reason := _known(path, name)):
        return ImportError(reason, name=path)
    if fullname.startswith("airflow.providers."):
        return _provider(fullname)
    if area := _area(fullname):
        return ImportError(
            f"{fullname} is part of Airflow ({area}), but Tradewind does not have it yet.", name=fullname
        )
    if statement == "from":
        return ImportError(f"cannot import name {name!r} from {path!r}.{_near(path, name)}", name=path)
    return ModuleNotFoundError(f"No module named {fullname!r}.{_near(path, name)}", name=fullname)


def no_attribute(path: str, name: str) -> str:
    """The message of an AttributeError."""
    if name.startswith("__"):
        return f"module {path!r} has no attribute {name!r}"
    return _known(path, name) or f"module {path!r} has no attribute {name!r}.{_near(path, name)}"


def note_old_path(path: str) -> None:
    """Old paths work without a warning; with DEBUG logging they say what they are called today."""
    logging = sys.modules.get("logging")
    if logging is None or path in sdk.PATHS or path not in table.paths():
        return
    log = logging.getLogger("tradewind.imports")
    if log.isEnabledFor(logging.DEBUG):
        for name, place in table.names(path).items():
            today = _nowadays(name, place) if place else None
            if today and today != f"{path}.{name}":
                log.debug("%s.%s is an old path; today's is %s", path, name, today)


def _nowadays(name: str, place: table.Target) -> str | None:
    """The path of today, with the name, where a DAG file would import it now; None if there is none."""
    if place.module.startswith("airflow."):
        return f"{place.module}.{place.attribute}"
    for word in (name, place.attribute, _RENAMED.get(name, "")):
        for path in (*sdk.PATHS, *providers.PATHS):
            if table.names(path).get(word):
                return f"{path}.{word}"
    return None


def _known(path: str, name: str) -> str | None:
    """A reason, if Airflow has that name at that path."""
    place = table.target(path, name)
    if place is None and name not in table.names(path):
        return None
    home = path if place is None else place.module
    if home.startswith("airflow.providers.") and not home.startswith("airflow.providers.standard"):
        return None if _installed(home) else f"{path}.{name} is in {_package_words(home)}"
    return None if place else f"{path}.{name} is part of Airflow, but Tradewind does not have it yet."


def _installed(module: str) -> bool:
    """Whether a distribution brought that module, rather than our finder."""
    spec = getattr(sys.modules.get(module), "__spec__", None)
    return spec is not None and spec.origin != "tradewind"


def _provider(fullname: str) -> ImportError:
    inside = fullname.split(".")[2:]
    if inside[0] == "standard":
        return ModuleNotFoundError(
            f"No module named {fullname!r}.{_near(*fullname.rsplit('.', 1))}", name=fullname
        )
    return ProviderNotInstalled(f"{fullname} is in {_package_words(fullname)}", name=fullname)


def _package_words(module: str) -> str:
    from tradewind.domain import provider_packages  # "import airflow" loads nothing of Tradewind

    package = provider_packages.of_module(module)
    if package is None:
        return "no provider package of Apache. If it is in one of others, install theirs."
    return f"the provider package {package}, which is not installed. Install it with: pip install {package}"


def _area(fullname: str) -> str | None:
    while fullname:
        if fullname in legacy.NOT_BUILT:
            return legacy.NOT_BUILT[fullname]
        fullname = fullname.rpartition(".")[0]
    return None


def _near(path: str, name: str) -> str:
    import difflib  # costs a few milliseconds and is needed only when something went wrong

    elsewhere = _today(name)
    if elsewhere:
        return f" It is in {elsewhere}."
    known = [known for known, place in table.names(path).items() if place] + table.children(path)
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.6):
        return f" Did you mean {near[0]!r}?"
    everywhere = {word for words in table.paths() for word in table.names(words)}
    near = difflib.get_close_matches(name, sorted(everywhere), n=1, cutoff=0.8)
    return f" Did you mean {near[0]!r} of {_today(near[0])}?" if near and _today(near[0]) else ""


def _today(name: str) -> str | None:
    """The path under which a name that Tradewind has is imported nowadays."""
    ordered = (*sdk.PATHS, *providers.PATHS, *table.paths())
    return next((path for path in ordered if table.names(path).get(name)), None)
