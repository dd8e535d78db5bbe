"""What goes into a report besides the outcome: XComs, lengths, rendered fields, asset events."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.domain.errors import AirflowException
from tradewind.domain.events import AnyOutcome, Failed, Skipped, Succeeded
from tradewind.domain.messages.report import XComValue
from tradewind.telemetry.masking import MASKER
from tradewind.worker.work import Work

LONGEST_MASKED = 1 << 20
"""A longer text is cut before it is masked, at a place that no one sees anyway."""


class Report(msgspec.Struct, kw_only=True):
    """Collected while the attempt is concluded."""

    outcome: Succeeded = msgspec.field(default_factory=Succeeded)
    xcoms: tuple[XComValue, ...] = ()
    rendered_fields: str | None = None
    rendered_map_index: str | None = None
    asset_events: tuple[dict[str, Any], ...] = ()
    note: str | None = None


def of(work: Work, result: Any, max_map_length: int) -> Report:
    """The report of a success. Raises CannotSerialize, AirflowException for results that cannot be sent."""
    from tradewind.authoring import execution  # user code's floor

    xcoms, lengths = execution.results(work.task, result, work.ti)
    if _is_mapped_over(work.task):
        _check_mappable(work, result, lengths, max_map_length)
    outcome = Succeeded(
        skip=work.ti.skip, skip_all_downstream=work.ti.skip_all_downstream, lengths=lengths,
        silent=work.ti.map_index >= 0 and not any(xcom.key == "return_value" for xcom in xcoms),
    )  # fmt: skip
    return Report(
        outcome=outcome,
        xcoms=xcoms,
        asset_events=execution.asset_events(work.task, work.ti),
        rendered_map_index=work.name_instance(),
    )


def _check_mappable(work: Work, result: Any, lengths: dict[str, int], limit: int) -> None:
    """A result that no task can be mapped over fails the task that gave it, where its author can see why."""
    from tradewind.authoring import exceptions  # user code's floor

    if work.ti.map_index < 0 and (result is None or not work.task.do_xcom_push):
        raise exceptions.XComForMappingNotPushed
    if work.ti.map_index < 0 and (not lengths or isinstance(result, set | frozenset)):
        raise exceptions.UnmappableXComTypePushed(result)
    long = next((length for length in lengths.values() if length > limit), None)
    if long is not None:
        raise AirflowException(
            f"The result has {long} elements, and a task is mapped over it; "
            f"[core] max_map_length allows {limit}."
        )


def _is_mapped_over(task: Any) -> bool:
    """Whether a task downstream, or its group, is expanded over this task's result."""
    return any(
        getattr(source, "task_id", None) == task.task_id and key == "return_value"
        for other in task.downstream_list
        for expansion in _expansions(other)
        for source, key in expansion.iter_references()
    )


def _expansions(task: Any) -> list[Any]:
    from tradewind.authoring import mapped_places  # user code's floor

    own = [task.expand_input] if task.is_mapped else []
    return [*own, *(group.mapping for group in mapped_places.groups_around(task))]


def is_end(outcome: AnyOutcome) -> bool:
    """Whether the try is over, rather than waiting for something."""
    return isinstance(outcome, Succeeded | Skipped | Failed)


def complete(report: Report, work: Work) -> Report:
    """With what is known whatever the outcome."""
    report.note = work.ti.note
    report.rendered_map_index = report.rendered_map_index or work.ti.rendered_map_index
    if work.rendered and work.task.template_fields:
        report.rendered_fields = rendered_fields(work.task)
    return report


def rendered_fields(task: Any) -> str:
    """The template fields as JSON: masked first and cut afterwards, so that no half of a secret is shown."""
    from tradewind.authoring import defaults, execution
    from tradewind.authoring.plain import plain

    limit = defaults.current().max_templated_field_length
    shown = {
        name: plain(MASKER.redact(plain(getattr(task, name, None), LONGEST_MASKED), name), limit)
        for name in task.template_fields
    }
    return execution.to_text(shown)
