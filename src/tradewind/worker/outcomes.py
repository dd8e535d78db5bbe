"""What the way in which user code ended means."""

from __future__ import annotations

import traceback

from tradewind.domain.errors import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    AirflowTaskTimeout,
    TaskAwaitingInput,
    TaskDeferred,
)
from tradewind.domain.events import (
    AnyOutcome,
    AwaitingInput,
    Deferred,
    Failed,
    Lost,
    Rescheduled,
    Skipped,
    Succeeded,
)
from tradewind.domain.messages.assignment import Assignment
from tradewind.telemetry.masking import MASKER

LONGEST_REASON = 500
_MACHINERY = ("/tradewind/worker/", "/tradewind/authoring/")


def of(error: BaseException, assignment: Assignment) -> AnyOutcome:  # noqa: PLR0911 - a table
    """The outcome of an attempt that raised."""
    match error:
        case AirflowSkipException():
            return Skipped(reason=short(str(error)))
        case AirflowRescheduleException():
            return Rescheduled(until=error.reschedule_date)
        case TaskDeferred():
            return _deferred(error, assignment)
        case TaskAwaitingInput():
            return _awaiting(error)
        case AirflowFailException() | AirflowSensorTimeout():
            return Failed(reason=_reason(error), may_retry=False)
        case SystemExit():
            return Failed(reason=short(f"the task called sys.exit({error.code!r})"))
        case AirflowTaskTerminated() | AirflowTaskTimeout():
            return Failed(reason=short(str(error)))
        case MemoryError():
            return Failed(reason="the task ran out of memory (MemoryError)")
        case _:
            return Failed(reason=_reason(error))


def _deferred(error: TaskDeferred, assignment: Assignment) -> AnyOutcome:
    from tradewind.authoring import execution  # user code's floor

    try:
        return Deferred(**execution.deferral(error, queue=assignment.queue))
    except Exception as problem:  # noqa: BLE001 - the trigger is user code
        return Failed(
            reason=short(f"the trigger {error.trigger!r} cannot be sent to the triggerer: {problem}")
        )


def _awaiting(error: TaskAwaitingInput) -> AnyOutcome:
    from tradewind.authoring import execution  # user code's floor

    try:
        return AwaitingInput(**execution.waiting(error))
    except Exception as problem:  # noqa: BLE001 - arguments may be anything
        return Failed(reason=short(f"the arguments of TaskAwaitingInput cannot be kept: {problem}"))


def is_failure(error: BaseException) -> bool:
    """Whether its traceback is worth showing."""
    quiet = (AirflowSkipException, AirflowRescheduleException, TaskDeferred, TaskAwaitingInput)
    return not isinstance(error, quiet)


def trace(error: BaseException) -> str:
    """The traceback, beginning where the user's code begins."""
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None and _is_ours(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


def _is_ours(filename: str) -> bool:
    return any(part in filename for part in _MACHINERY)


def describe(  # noqa: PLR0911 - a table
    outcome: AnyOutcome, assignment: Assignment
) -> tuple[str, str]:
    """The last line of the log: text and level."""
    match outcome:
        case Succeeded():
            return "Task ended: success", "info"
        case Skipped():
            return f"Task ended: skipped{_after(outcome.reason)}", "info"
        case Rescheduled():
            return f"Task is called again at {outcome.until.isoformat()}", "info"
        case Deferred():
            return f"Task waits for the trigger {outcome.classpath}", "info"
        case AwaitingInput():
            return "Task waits for a person's answer", "info"
        case Lost():
            return f"Task was lost{_after(outcome.reason)}", "error"
        case Failed():
            what = "is tried again" if will_retry(outcome, assignment) else "failed"
            return f"Task ended: {what}{_after(outcome.reason)}", "error"


def will_retry(outcome: Failed, assignment: Assignment) -> bool:
    """Whether the failed attempt will be followed by another, as far as the task process can know."""
    return outcome.may_retry and assignment.try_number <= assignment.max_tries


def _after(reason: str) -> str:
    return f": {reason}" if reason else ""


def _reason(error: BaseException) -> str:
    text = str(error).strip()
    return short(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def short(text: str) -> str:
    """The first line, without secrets (masked before it is cut)."""
    first = MASKER.mask(text).strip().split("\n", 1)[0]
    return first if len(first) <= LONGEST_REASON else first[:LONGEST_REASON] + "…"
