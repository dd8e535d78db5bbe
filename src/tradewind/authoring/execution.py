"""What a task process does with a task, in steps that the worker's runner puts together.

``prepare`` (the operator of this instance) → ``render`` → ``execute`` → ``results``. Control flow is by the
exceptions of ``domain.errors``: skip, fail, reschedule, defer.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from tradewind.authoring import calling, defaults, operator_link, plugin_reading, serde, xcom
from tradewind.authoring import context as contexts
from tradewind.authoring import trigger as trigger_module
from tradewind.authoring.plain import plain
from tradewind.authoring.task_run import RETURN_KEY, TaskRun
from tradewind.domain.errors import AirflowException, TaskDeferralError, TaskDeferralTimeout
from tradewind.domain.messages import data
from tradewind.domain.messages.report import XComValue

FAIL_METHOD = "__fail__"
"""The ``next_method`` of a deferred task whose trigger failed or came too late."""


def prepare(ti: TaskRun) -> tuple[Any, contexts.Context]:
    """A copy of the task that may be changed, with the arguments of this instance, and its context."""
    context = contexts.Context.of(ti)
    task = ti.task.unmap(context) if ti.task.is_mapped else ti.task.prepare_for_execution()
    if task is ti.task:
        task = copy.copy(task)
    ti.task = task
    return task, context


def render(task: Any, context: contexts.Context) -> None:
    """Render the template fields in place."""
    task.render_template_fields(context)


def rendered_fields(task: Any) -> dict[str, Any]:
    """The rendered fields as JSON for people, long ones cut (``[core] max_templated_field_length``)."""
    limit = defaults.current().max_templated_field_length
    return {name: plain(getattr(task, name, None), limit) for name in task.template_fields}


def execute(
    task: Any, context: contexts.Context, next_method: str | None = None, next_kwargs: str | None = None
) -> Any:
    """Run the task's code: hooks before and after, and ``execute`` or the method a deferral named.

    Raises whatever the task raises.
    """
    with contexts.active(context):
        task.pre_execute(context=context)
        if next_method:
            kwargs = serde.decode(next_kwargs) if next_kwargs else {}
            result = task.resume_execution(next_method, kwargs, context)
        else:
            result = calling.call(task.execute, (context,), {})
        task.post_execute(context=context, result=result)
        return result


def resume(task: Any, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
    """Go on where ``defer`` left. Raises TaskDeferralError, TaskDeferralTimeout."""
    kwargs = next_kwargs or {}
    if next_method == FAIL_METHOD:
        error = str(kwargs.get("error", "unknown"))
        if traceback := kwargs.get("traceback"):
            task.log.error("Trigger failed:\n%s", "\n".join(traceback))
        raise TaskDeferralTimeout(error) if "timeout" in error.lower() else TaskDeferralError(error)
    method = getattr(task, next_method, None)
    if method is None:
        raise AirflowException(
            f"{type(task).__name__} has no method {next_method!r}, which a deferral named."
        )
    return calling.call(method, (context,), kwargs)


def results(task: Any, value: Any, ti: TaskRun | None = None) -> tuple[tuple[XComValue, ...], dict[str, int]]:
    """The XComs that the task's return value makes, and the lengths of those that can be mapped over.

    Raises CannotSerialize for a value that cannot travel, AirflowException for one that cannot be several
    outputs.
    """
    if value is None or not task.do_xcom_push:
        return (), {}
    pushed: dict[str, Any] = {}
    if task.multiple_outputs:
        pushed.update(_outputs(task, value))
    pushed[RETURN_KEY] = value
    lengths = {RETURN_KEY: length} if (length := serde.length(value)) is not None else {}
    return tuple(XComValue(key=key, value=xcom.dump(one, key, ti)) for key, one in pushed.items()), lengths


def _outputs(task: Any, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise AirflowException(
            f"Task {task.task_id!r} has multiple_outputs and so must return a dict, but returned "
            f"{type(value).__name__}."
        )
    wrong = [key for key in value if not isinstance(key, str)]
    if wrong:
        raise AirflowException(
            f"Task {task.task_id!r}: keys of multiple outputs must be text, got {wrong[0]!r}."
        )
    return value


def forget_files(ti: TaskRun) -> None:
    """Remove files of XComs of earlier tries."""
    xcom.forget(ti)


def forget_state(ti: TaskRun) -> None:
    """What the task kept from try to try goes with its success, where the configuration says so."""
    if defaults.current().state_cleared:
        from tradewind.authoring import state_store  # few configurations want it

        state_store.TaskStateStore(ti).clear()


def deferral(error: Any, *, queue: str) -> dict[str, Any]:
    """The fields of ``events.Deferred`` for a TaskDeferred that a task of that ``queue`` raised."""
    classpath, kwargs = error.trigger.serialize()
    timeout = error.timeout
    return {
        "classpath": classpath,
        "kwargs": serde.encode(kwargs),
        "next_method": error.method_name,
        "next_kwargs": serde.encode(error.kwargs or {}),
        "timeout": timeout.total_seconds() if hasattr(timeout, "total_seconds") else timeout,
        "queue": trigger_module.queue_of(error.trigger, of_task=queue),
    }


def waiting(error: Any) -> dict[str, Any]:
    """The fields of ``events.AwaitingInput`` for a TaskAwaitingInput that the task raised."""
    timeout = error.timeout
    return {
        "next_method": error.method_name,
        "next_kwargs": serde.encode(error.kwargs or {}),
        "timeout": timeout.total_seconds() if hasattr(timeout, "total_seconds") else timeout,
    }


def rendered_map_index(task: Any, context: contexts.Context) -> str | None:
    """The name of this instance, if the task has a ``map_index_template``."""
    template = context.get("map_index_template") or getattr(task, "map_index_template", None)
    if not template or context["ti"].map_index < 0:
        return None
    try:
        return str(task.render_template(template, context))
    except Exception as error:
        raise AirflowException(
            f"map_index_template {template!r} of task {task.task_id!r} cannot be rendered: "
            f"{type(error).__name__}: {error}"
        ) from error


def asset_events(task: Any, ti: TaskRun) -> tuple[dict[str, Any], ...]:
    """What the success of the task says of the assets in its outlets."""
    if not task.outlets:
        return ()
    from tradewind.authoring import asset_events as events  # only tasks with outlets

    return events.collect(task.outlets, ti.touched_outlets)


def has_listeners() -> bool:
    """Whether plug-ins that were read brought listeners."""
    return bool(plugin_reading.listeners())


def listening(hook: str, **known: Any) -> list[tuple[str, Callable[[], Any]]]:
    """The listeners that want to be told of this: a name for the log, and a call."""
    from tradewind.authoring import listeners  # only where there are some

    if hook in ("on_starting", "before_stopping"):
        known["component"] = listeners.TaskRunnerMarker()
    return listeners.calls(hook, session=None, **known)


def run_callbacks(callbacks: Any, context: contexts.Context, log: Any) -> None:
    """Call one callback or several, with ``context`` as the current one; what they raise is logged and
    otherwise ignored, as in Airflow.
    """
    several = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    for callback in several:
        if callback is None:
            continue
        try:
            with contexts.active(context):
                calling.call(callback, (context,), {})
        except (Exception, SystemExit):  # a callback's failure must not change the task's
            log.exception("The callback %s failed.", getattr(callback, "__name__", callback))


def has_links(task: Any) -> bool:
    """Whether there is a link to push an address of."""
    return bool(operator_link.of(task))


def push_links(task: Any, context: contexts.Context, log: Any) -> None:
    """Push the address of each of the task's extra links, under the link's key. One that fails is logged, and
    keeps nobody from the others.
    """
    with contexts.active(context):
        for name, link in operator_link.of(task).items():
            try:
                _push_link(link, task, context["ti"])
            except Exception:
                log.exception("The link %r failed.", name)


def _push_link(link: Any, task: Any, ti: TaskRun) -> None:
    dated = "ti_key" not in calling.Signature(link.get_link).named  # as until Airflow 2.2
    address = link.get_link(task, ti.logical_date) if dated else link.get_link(task, ti_key=ti.key)
    if address:  # pushed as it is: whoever shows it does not ask a back end of others
        ti.ask(data.SetXCom(key=operator_link.key_of(link), value=serde.encode(str(address))))


def to_text(value: Any) -> str:
    """Rendered fields as the JSON text that a report carries."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
