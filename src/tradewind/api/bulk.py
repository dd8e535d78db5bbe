"""Several changes of one noun in one request: each entity is done as a whole, or refused and left as it was.

What is refused stands in the answer, and the rest is done. Two things refuse a whole action, as in Airflow: a
name that is there, or is not, where the action says that this fails it. A body of the wrong shape, or rights
that are missing, refuse the request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from tradewind.api import problems
from tradewind.api.door import Call
from tradewind.api.schemas import bulk as schemas
from tradewind.auth.permissions import Action
from tradewind.domain import errors

E_contra = TypeVar("E_contra", contravariant=True)
K = TypeVar("K", bound=Hashable)
MOST: Final = 1_000
"""More entities than this in one request are refused: they would hold the database's writer too long."""


class Noun(Protocol[K, E_contra]):
    """What a kind of thing has to know to be changed in bulk. ``call.access`` is for what is being done."""

    cannot_create: str = ""
    """Why it is not created in bulk, and how else; empty where it is."""

    def keys(self, call: Call, entity: E_contra | str) -> list[K]:
        """What is meant, as this noun knows its things. Raises BadRequest where that is not clear."""

    def labels(self, key: K) -> list[str]:
        """How the answer names what the key means."""
        return [str(key)]

    def known(self, call: Call, keys: Collection[K]) -> Collection[K]:
        """Which of these are there."""

    def create(self, call: Call, key: K, entity: E_contra) -> None:
        """Create it, or overwrite what is there."""

    def update(self, call: Call, key: K, entity: E_contra, mask: Sequence[str] | None) -> None:
        """Change those fields of it."""

    def delete(self, call: Call, key: K) -> None:
        """Delete it."""


def carry_out(call: Call, noun: Noun[Any, Any]) -> schemas.BulkResponse:
    """Do the actions of the request's body in order. Raises BadRequest for too many, NotAllowed."""
    answer = schemas.BulkResponse()
    if sum(len(action.entities) for action in call.body.actions) > MOST:
        raise errors.BadRequest(f"One request may hold at most {MOST} entities. Send several.")
    for action in call.body.actions:
        for right in _rights(action):
            call.require(right)
    for action in call.body.actions:
        call.act_as(_rights(action)[0])
        match action:
            case schemas.BulkCreateAction():
                answer.create = answer.create or schemas.BulkActionResponse()
                _Work(call, noun, answer.create).create(action)
            case schemas.BulkUpdateAction():
                answer.update = answer.update or schemas.BulkActionResponse()
                _Work(call, noun, answer.update).update(action)
            case schemas.BulkDeleteAction():
                answer.delete = answer.delete or schemas.BulkActionResponse()
                _Work(call, noun, answer.delete).delete(action)
    return answer


def _rights(action: Any) -> tuple[Action, ...]:
    """What one must be allowed to do to send this: each action of its own, and first what it is."""
    if isinstance(action, schemas.BulkDeleteAction):
        return (Action.DELETE,)
    if isinstance(action, schemas.BulkUpdateAction):
        return (Action.EDIT,)
    return (Action.CREATE, Action.EDIT) if action.action_on_existence == "overwrite" else (Action.CREATE,)


class _Work:
    """One action, and what the answer says of it."""

    def __init__(self, call: Call, noun: Noun[Any, Any], answer: schemas.BulkActionResponse) -> None:
        self._call, self._noun, self._answer = call, noun, answer

    def create(self, action: schemas.BulkCreateAction[Any]) -> None:
        if self._noun.cannot_create:
            self._answer.errors.append({"error": self._noun.cannot_create, "status_code": 405})
            return
        wanted = self._wanted(action.entities, action.action_on_existence)
        there = set(self._noun.known(self._call, wanted))
        if there and action.action_on_existence == "fail":
            self._refuse(
                errors.Conflict(f"There already: {self._listed(there)}. Nothing of this action was done.")
            )
            return
        for key, entity in wanted.items():
            if key not in there or action.action_on_existence == "overwrite":
                self._one(key, self._noun.create, entity)

    def update(self, action: schemas.BulkUpdateAction[Any]) -> None:
        wanted = self._wanted(action.entities)
        for key in self._present(wanted, action.action_on_non_existence):
            self._one(key, self._noun.update, wanted[key], action.update_mask)

    def delete(self, action: schemas.BulkDeleteAction[Any]) -> None:
        for key in self._present(self._wanted(action.entities), action.action_on_non_existence):
            self._one(key, self._noun.delete)

    def _wanted(self, entities: Sequence[Any], twice: schemas.Existing = "overwrite") -> dict[Any, Any]:
        """By key; where one stands ``twice``, the last counts, or the first, or the second is refused."""
        found: dict[Any, Any] = {}
        for entity in entities:
            with self._refusing():
                keys = self._noun.keys(self._call, entity)
                again = [] if twice == "overwrite" else [key for key in keys if key in found]
                if again and twice == "fail":
                    raise errors.Conflict(
                        f"Twice in this action: {self._listed(again)}. Only the first counts."
                    )
                found.update(dict.fromkeys((key for key in keys if key not in again), entity))
        return found

    def _present(self, wanted: Collection[Any], if_absent: schemas.Missing) -> list[Any]:
        there = set(self._noun.known(self._call, wanted))
        absent = [key for key in wanted if key not in there]
        if absent and if_absent == "fail":
            self._refuse(
                errors.NotFound(f"Not there: {self._listed(absent)}. Nothing of this action was done.")
            )
            return []
        return [key for key in wanted if key in there]

    def _one(self, key: Any, do: Callable[..., None], *arguments: Any) -> None:
        wakes = len(self._call.wakes)
        with self._refusing():
            try:
                with self._call.tx.nested():
                    do(self._call, key, *arguments)
            except errors.TradewindError:
                del self._call.wakes[wakes:]
                raise
            self._answer.success.extend(self._noun.labels(key))

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Inside, what is wrong with one entity is noted in the answer."""
        try:
            yield
        except errors.TradewindError as error:
            if problems.status_of(error) >= 500:
                raise
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        self._answer.errors.append({"error": str(error), "status_code": problems.status_of(error)})

    def _listed(self, keys: Collection[Any]) -> str:
        labels = sorted(label for key in keys for label in self._noun.labels(key))
        shown = ", ".join(map(repr, labels[:10]))
        return shown if len(labels) <= 10 else f"{shown} and {len(labels) - 10} more"
