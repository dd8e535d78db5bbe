"""Several changes of one noun in one request: each action is done as a whole, or refused as a whole.

An action of which one name is there that must not be (or is not, that must) is refused, and the others are
done: the answer says which. What is malformed refuses the request, and then nothing is changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol, TypeVar

from tradewind.api import problems
from tradewind.api.door import Call
from tradewind.api.schemas import bulk as schemas
from tradewind.auth.permissions import Action
from tradewind.domain import errors
from tradewind.domain.access import Access

E_contra = TypeVar("E_contra", contravariant=True)
MOST: Final = 1_000
"""More entities than this in one request are refused: they would hold the database's writer too long."""


class Noun(Protocol[E_contra]):
    """What a kind of thing has to know to be changed in bulk."""

    cannot_create: str = ""
    """Why it is not created in bulk, and how else; empty where it is."""

    def name(self, call: Call, entity: E_contra | str) -> str:
        """By which it is known, and reported. Raises BadRequest for one that cannot be."""

    def known(self, call: Call, names: Collection[str], access: Access) -> Collection[str]:
        """Which of these are there, in DAGs within ``access`` where they belong to one."""

    def create(self, call: Call, entity: E_contra) -> None:
        """Create it, or overwrite what is there."""

    def update(self, call: Call, entity: E_contra, mask: Sequence[str] | None) -> None:
        """Change those fields of it."""

    def delete(self, call: Call, name: str) -> None:
        """Delete it."""


def carry_out(call: Call, noun: Noun[Any]) -> schemas.BulkResponse:
    """Do the actions of the request's body in order. Raises BadRequest for too many, NotAllowed."""
    answer = schemas.BulkResponse()
    if sum(len(action.entities) for action in call.body.actions) > MOST:
        raise errors.BadRequest(f"One request may hold at most {MOST} entities. Send several.")
    for action in call.body.actions:
        for right in _rights(action):
            call.require(right)
    for action in call.body.actions:
        match action:
            case schemas.BulkCreateAction():
                answer.create = answer.create or schemas.BulkActionResponse()
                _create(call, noun, action, answer.create)
            case schemas.BulkUpdateAction():
                answer.update = answer.update or schemas.BulkActionResponse()
                _update(call, noun, action, answer.update)
            case schemas.BulkDeleteAction():
                answer.delete = answer.delete or schemas.BulkActionResponse()
                _delete(call, noun, action, answer.delete)
    return answer


def _rights(action: Any) -> tuple[Action, ...]:
    """What one must be allowed to do to send this: each action of its own, not only to edit."""
    if isinstance(action, schemas.BulkDeleteAction):
        return (Action.DELETE,)
    if isinstance(action, schemas.BulkUpdateAction):
        return (Action.EDIT,)
    return (Action.CREATE, Action.EDIT) if action.action_on_existence == "overwrite" else (Action.CREATE,)


def _create(call: Call, noun: Noun[Any], action: Any, answer: schemas.BulkActionResponse) -> None:
    if noun.cannot_create:
        _refuse(answer, errors.BadRequest(noun.cannot_create))
        return
    wanted = _named(call, noun, action.entities)
    there = set(noun.known(call, wanted, call.require(Action.CREATE)))
    if there and action.action_on_existence == "fail":
        _refuse(answer, errors.Conflict(f"There already: {_listed(there)}. Nothing of this action was done."))
        return
    for name, entity in wanted.items():
        if name not in there or action.action_on_existence == "overwrite":
            noun.create(call, entity)
            answer.success.append(name)


def _update(call: Call, noun: Noun[Any], action: Any, answer: schemas.BulkActionResponse) -> None:
    wanted = _named(call, noun, action.entities)
    for name in _present(call, noun, wanted, Action.EDIT, action, answer):
        noun.update(call, wanted[name], action.update_mask)
        answer.success.append(name)


def _delete(call: Call, noun: Noun[Any], action: Any, answer: schemas.BulkActionResponse) -> None:
    wanted = _named(call, noun, action.entities)
    for name in _present(call, noun, wanted, Action.DELETE, action, answer):
        noun.delete(call, name)
        answer.success.append(name)


def _present(
    call: Call,
    noun: Noun[Any],
    wanted: Collection[str],
    does: Action,
    action: Any,
    answer: schemas.BulkActionResponse,
) -> list[str]:
    there = set(noun.known(call, wanted, call.require(does)))
    absent = [name for name in wanted if name not in there]
    if absent and action.action_on_non_existence == "fail":
        _refuse(answer, errors.NotFound(f"Not there: {_listed(absent)}. Nothing of this action was done."))
        return []
    return [name for name in wanted if name in there]


def _named(call: Call, noun: Noun[Any], entities: Sequence[Any]) -> dict[str, Any]:
    """By name; where one stands twice, its last words count."""
    return {noun.name(call, entity): entity for entity in entities}


def _refuse(answer: schemas.BulkActionResponse, error: Exception) -> None:
    answer.errors.append({"error": str(error), "status_code": problems.status_of(error)})


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(repr(name) for name in sorted(names)[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
