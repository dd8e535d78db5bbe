"""``plugins``: what the plugins folder and installed packages bring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tradewind.cli import output
from tradewind.cli.arguments import OUTPUT, Args, arguments
from tradewind.domain.messages.plugins import ListPlugins, PluginsAre

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


@arguments(OUTPUT)
def dump(args: Args, app: App) -> int:
    """Show the plug-ins and what each brings; those that cannot be loaded, with their errors, go to standard
    error, and the exit code is then 1.
    """
    said = app.plugin_ask(ListPlugins())
    assert isinstance(said, PluginsAre)
    if said.plugins:
        table = args.output == "table"
        rows = []
        for one in said.plugins:
            parts = {part: ", ".join(names) if table else list(names) for part, names in one.parts.items()}
            brings = "; ".join(f"{part}: {names}" for part, names in parts.items())
            rows.append({"name": one.name, "source": one.source, **({"brings": brings} if table else parts)})
        output.show(rows, args.output)
    else:
        print("No plugins loaded")
    for source, error in said.problems:
        print(f"Plug-in {source} cannot be loaded: {error}", file=sys.stderr)
    return 1 if said.problems else 0
