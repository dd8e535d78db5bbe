"""Human in the loop: what tasks ask, and the answers that people give."""

from __future__ import annotations

from typing import Any

from tradewind.api import filters, missing, problems, views
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.path_names import ANY
from tradewind.api.routes.public import task_instances
from tradewind.api.schemas import hitl as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, hitl
from tradewind.store.queries import hitl as queries
from tradewind.store.queries.browse import hitl as browse
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse_instances
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import hitl as transitions
from tradewind.store.transitions import runs as run_transitions

door = Door("Task Instance")
ONE = task_instances.ONE + "/{map_index}/hitlDetails"
ORDER = {
    **{
        name: name
        for name in (
            "ti_id",
            "subject",
            "responded_at",
            "created_at",
            "dag_id",
            "run_id",
            "run_after",
            "responded_by_user_id",
            "responded_by_user_name",
            "task_display_name",
            "rendered_map_index",
        )
    },
    "task_instance_operator": "operator",
    "task_instance_state": "state",
}
_APART = ("response_received", "subject_search", "body_search")


def _map_index(call: Call) -> int:
    return int(call.path["map_index"])


def _nothing_asked(call: Call) -> errors.NotFound:
    return errors.NotFound(f"Task instance {call.task_id!r} of run {call.run_id!r} asks nobody anything.")


# --- answer --------------------------------------------------------------------------------------


@door.patch(
    ONE, Resource.TASK_INSTANCE, body=schemas.UpdateHITLDetailPayload, answer=schemas.HITLDetailResponse
)
def update_hitl_detail(call: Call) -> schemas.HITLDetailResponse:
    """Answer what a task instance asks; it then goes on."""
    run = browse_runs.find(call.tx, call.dag_id, call.run_id, access=call.access)
    if run is None:
        raise missing.run(call)
    now = call.services.clock.now()
    # Before anything is read: a scheduler whose clock says that the time is over waits here, or we for it.
    run_transitions.touch(call.tx, run.pk, now=now)
    row = task_instances.find(call, _map_index(call))
    asked = queries.get(call.tx, row.id)
    if asked is None:
        raise _nothing_asked(call)
    response = _checked(call, asked, hitl.Person(id=call.who.name, name=call.who.name))
    if not transitions.answer(call.tx, row.id, response):
        raise errors.Conflict(
            f"Task instance {call.task_id!r} of run {call.run_id!r} does not wait for an answer any more: "
            f"it is {row.state or 'cleared'}."
        )
    call.audit(
        "update_hitl_detail", dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id,
        map_index=row.map_index, try_number=row.try_number,
        extra={"chosen_options": response.chosen_options},
    )  # fmt: skip
    call.wake("run", dag_id=row.dag_id, run_id=row.run_id)
    return schemas.HITLDetailResponse(
        responded_by=schemas.HITLUser(id=call.who.name, name=call.who.name),
        responded_at=response.at,
        chosen_options=list(response.chosen_options),
        params_input=response.params_input,
    )


def _checked(call: Call, asked: queries.Asked, who: hitl.Person) -> hitl.Response:
    """The answer in the body. Raises Conflict, NotAllowed, Unprocessable."""
    if asked.response is not None:
        by = asked.response.by.name if asked.response.by else "its defaults"
        raise errors.Conflict(
            f"Task instance {call.task_id!r} of run {call.run_id!r} was answered already: by {by}, at "
            f"{asked.response.at.isoformat()}."
        )
    if not hitl.may_answer(asked.request, who):
        names = ", ".join(one.id for one in asked.request.assigned_users)
        raise problems.NotAllowed(f"Forbidden: only {names} may answer this, and you are {who.id}.")
    body: schemas.UpdateHITLDetailPayload = call.body
    try:
        values = hitl.check(asked.request, body.chosen_options, body.params_input)
    except errors.InvalidValue as error:
        where = ("body", *error.name.split(".", 1))
        problem = problems.Problem(type="value_error", loc=where, msg=str(error), input=error.value)
        raise problems.Unprocessable(problem) from error
    return hitl.Response(
        chosen_options=tuple(body.chosen_options), params_input=values, by=who, at=call.services.clock.now()
    )


# --- show ------------------------------------------------------------------------------------------


@door.get(ONE, Resource.TASK_INSTANCE, answer=schemas.HITLDetail)
def get_hitl_detail(call: Call) -> schemas.HITLDetail:
    """Show what a task instance asks, and the answer."""
    row = task_instances.find(call, _map_index(call))
    asked = queries.get(call.tx, row.id)
    if asked is None:
        raise _nothing_asked(call)
    return schemas.HITLDetail(**views.hitl_fields(asked), task_instance=task_instances.show(call, [row])[0])


@door.get(ONE + "/tries/{try_number}", Resource.TASK_INSTANCE, answer=schemas.HITLDetailHistory)
def get_hitl_detail_try_detail(call: Call) -> schemas.HITLDetailHistory:
    """Show what one try of a task instance asked, and the answer."""
    number = int(call.path["try_number"])
    now = task_instances.find(call, _map_index(call))
    where = [
        *(Where(name, "eq", getattr(now, name)) for name in ("dag_id", "run_id", "task_id", "map_index")),
        Where("try_number", "eq", number),
    ]
    earlier = browse_instances.earlier_tries.page(call.tx, where, access=call.access, page=Page(limit=1))
    row = next(iter(earlier), now if now.try_number == number else None)
    asked = None if row is None else queries.earlier(call.tx, row.id) or queries.get(call.tx, row.id)
    if row is None or asked is None:
        raise errors.NotFound(
            f"Try {number} of task instance {call.task_id!r} of run {call.run_id!r} asked nobody anything."
        )
    shown = views.one_try(row, call.services.specs, call.tx)
    return schemas.HITLDetailHistory(**views.hitl_fields(asked), task_instance=shown)


@door.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/hitlDetails", Resource.TASK_INSTANCE, query=schemas.HITLDetailQuery,
    answer=schemas.HITLDetailCollection, wildcard=True,
)  # fmt: skip
def get_hitl_details(call: Call) -> schemas.HITLDetailCollection:
    """List what the task instances of a run ask; ``~`` stands for every DAG, or every run."""
    where = _where(call)
    wanted = page(call.query, call.services.settings, ORDER, ["ti_id"])
    found = browse.page(call.tx, where, page=wanted, access=call.access)
    return schemas.HITLDetailCollection(
        hitl_details=_with_instances(call, found),
        total_entries=browse.details.count(call.tx, where, access=call.access),
    )


def _where(call: Call) -> list[Any]:
    query: schemas.HITLDetailQuery = call.query
    where: list[Any] = list(filters.conditions(query, apart=_APART))
    named = (("dag_id", call.dag_id), ("run_id", call.run_id))
    where += [Where(field, "eq", value) for field, value in named if value != ANY]
    if query.response_received is not None:
        where.append(browse.answered(query.response_received))
    searched = (("subject", query.subject_search), ("body", query.body_search))
    where += [Where(field, "pattern", text) for field, text in searched if text is not None]
    return where


def _with_instances(call: Call, found: list[queries.Asked]) -> list[schemas.HITLDetail]:
    if not found:
        return []
    ids = [Where("id", "in", [asked.attempt_id for asked in found])]
    rows = browse_instances.instances.page(call.tx, ids, access=call.access, page=Page(limit=None))
    shown = {one.id: one for one in task_instances.show(call, rows)}
    return [
        schemas.HITLDetail(**views.hitl_fields(asked), task_instance=shown[asked.attempt_id])
        for asked in found
    ]
