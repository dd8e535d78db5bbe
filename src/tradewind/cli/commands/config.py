"""``config``: what holds, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tradewind.cli.arguments import Args, arg, arguments, flag, hidden
from tradewind.domain.errors import AirflowConfigException, did_you_mean

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.config.explain import Row


@arguments(arg("section", help="for example core"), arg("option", help="for example parallelism"))
def get_value(args: Args, app: App) -> int:
    """Print the value of an option."""
    from tradewind.config.compat import Conf

    print(Conf(app.config).get(args.section, args.option))
    return 0


@arguments(
    arg("--section", help="only this section"),
    flag("-d", "--include-descriptions", help="say what each option is for"),
    flag("-s", "--include-sources", help="say where each value came from"),
    flag("-V", "--include-env-vars", help="name the environment variable of each option"),
    flag("-c", "--comment-out-everything", help="as a file to edit"),
    flag("-a", "--defaults", help="defaults instead of what holds"),
    flag("--show-values", help="show secrets too"),
    hidden("-e", "--include-examples"),
    hidden("-p", "--exclude-providers"),
    hidden("--hide-sensitive"),
    hidden("--color", value=True),
)
def list_options(args: Args, app: App) -> int:
    """List options with their values."""
    from tradewind.config.explain import rows

    section = None
    for row in _chosen(rows(app.config), args):
        if row.section != section:
            print(f"{'' if section is None else chr(10)}[{row.section}]")
            section = row.section
        print("\n".join(_lines(row, args)))
    return 0


def _chosen(rows: Iterable[Row], args: Args) -> Iterable[Row]:
    wanted = args.section.lower() if args.section else None
    rows = list(rows)
    known = {row.section for row in rows}
    if wanted is not None and wanted not in known:
        raise AirflowConfigException(
            f"There is no section [{args.section}] in the configuration.{did_you_mean(wanted, known)} "
            "'airflow config list' shows them all."
        )
    order = sorted(rows, key=lambda row: (not row.used, row.section) if not row.used else (False, ""))
    return [row for row in order if wanted in (None, row.section)]


def _lines(row: Row, args: Args) -> Iterable[str]:
    if args.include_descriptions and row.doc:
        yield f"# {row.doc}"
    if args.include_env_vars:
        yield f"# Variable: AIRFLOW__{row.section.upper()}__{row.key.upper()}"
    if args.include_sources:
        yield f"# Source: {row.source}"
    text = _default(row) if args.defaults else row.text or ""
    if row.sensitive and text and not args.show_values:
        text = "< hidden >"
    yield f"{'# ' if args.comment_out_everything else ''}{row.key} = {text}"


def _default(row: Row) -> str:
    from tradewind.config.sections import SECTIONS

    cls = SECTIONS.get(row.section)
    if cls is None or row.key not in cls.__dataclass_fields__:
        return ""
    return cls.__dataclass_fields__[row.key].metadata["option"].default or ""


@arguments(
    hidden("--section", value=True),
    hidden("--option", value=True),
    hidden("--ignore-section", value=True),
    hidden("--ignore-option", value=True),
)
def lint(args: Args, app: App) -> int:
    """Check the configuration: values that cannot be used, former names, likely typing errors."""
    warnings = app.config.warnings
    for warning in warnings:
        print(warning)
    if not warnings:
        print("Nothing to change.")
    return 1 if warnings else 0
