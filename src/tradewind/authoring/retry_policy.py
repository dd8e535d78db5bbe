"""``retry_policy=``: what a failure itself says about trying again. Asked in the task's own process.

A policy may forbid further tries, or change how long the next one waits. It cannot give more tries than
``retries`` does. One that raises, or takes too long, leaves everything as it would be without it.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tradewind.authoring.helpers import import_string
from tradewind.domain.errors import InvalidValue

ExceptionName = type[BaseException] | str


class RetryAction(enum.StrEnum):
    """What is to be done after a failure."""

    RETRY = "retry"
    FAIL = "fail"
    DEFAULT = "default"


@dataclass(frozen=True)
class RetryDecision:
    """An action; with RETRY perhaps a delay of its own, instead of the task's ``retry_delay``.

    Raises InvalidValue for a delay that is no timedelta, or negative.
    """

    action: RetryAction = RetryAction.DEFAULT
    retry_delay: timedelta | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", _action(self.action))
        _check_delay(self.retry_delay)

    @classmethod
    def retry(cls, delay: timedelta | None = None, reason: str | None = None) -> RetryDecision:
        """Try again, after ``delay`` where one is given."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def fail(cls, reason: str | None = None) -> RetryDecision:
        """Do not try again."""
        return cls(RetryAction.FAIL, None, reason)

    @classmethod
    def default(cls) -> RetryDecision:
        """As without a policy."""
        return cls()


class RetryPolicy:
    """Base of policies; subclasses define ``evaluate``."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """What is to be done after ``exception`` ended try ``try_number`` of ``max_tries`` + 1."""
        raise NotImplementedError(f"{type(self).__name__} defines no evaluate(self, exception, ...).")


@dataclass(frozen=True)
class RetryRule:
    """For these exceptions (classes, or their import paths) that action. Raises InvalidValue."""

    exception: ExceptionName | Sequence[ExceptionName]
    action: RetryAction = RetryAction.RETRY
    retry_delay: timedelta | None = None
    reason: str | None = None
    match_subclasses: bool = True

    def __post_init__(self) -> None:
        for one in self._exceptions:
            is_class = isinstance(one, type) and issubclass(one, BaseException)
            if not is_class and not (one and isinstance(one, str)):
                raise InvalidValue("RetryRule exception", repr(one), "be an exception class or its path")
        object.__setattr__(self, "action", _action(self.action))
        _check_delay(self.retry_delay)

    @property
    def _exceptions(self) -> tuple[Any, ...]:
        given = self.exception
        return tuple(given) if isinstance(given, (list, tuple, set)) else (given,)

    def matches(self, error: BaseException) -> bool:
        """Whether it speaks of that error."""
        kinds = type(error).__mro__ if self.match_subclasses else (type(error),)
        return any(_is_among(one, kinds) for one in self._exceptions)

    @property
    def decision(self) -> RetryDecision:
        """What it says of an error that it speaks of."""
        return RetryDecision(self.action, self.retry_delay, self.reason)


class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that matches decides; ``default`` where none does."""

    def __init__(self, rules: Sequence[RetryRule], default: RetryAction = RetryAction.DEFAULT) -> None:
        self.rules, self.default = tuple(rules), _action(default)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """By the rules."""
        found = next((rule.decision for rule in self.rules if rule.matches(exception)), None)
        return found or RetryDecision(self.default)


class ChainRetryPolicy(RetryPolicy):
    """The first policy that does not answer DEFAULT decides."""

    def __init__(self, policies: Sequence[RetryPolicy]) -> None:
        self.policies = tuple(policies)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """Ask one after the other."""
        for policy in self.policies:
            decision = policy.evaluate(exception, try_number, max_tries, context)
            if decision.action is not RetryAction.DEFAULT:
                return decision
        return RetryDecision.default()


def _action(given: Any) -> RetryAction:
    try:
        return RetryAction(given)
    except ValueError:
        raise InvalidValue("RetryAction", given, f"be one of {[one.value for one in RetryAction]}") from None


def _check_delay(delay: Any) -> None:
    if delay is not None and (not isinstance(delay, timedelta) or delay < timedelta(0)):
        raise InvalidValue("retry_delay", repr(delay), "be a timedelta that is not negative")


def _is_among(wanted: ExceptionName, kinds: tuple[type, ...]) -> bool:
    """Whether one of the classes is meant. A path may be any that leads to the class
    (``requests.HTTPError``), and is imported only where none of them has it for its own.
    """
    if not isinstance(wanted, str):
        return wanted in kinds
    if any(wanted in _names(kind) for kind in kinds):
        return True
    try:
        return import_string(wanted) in kinds
    except ImportError:
        return False


def _names(kind: type) -> tuple[str, ...]:
    """The class's path, and for built-in ones also the bare name."""
    path = f"{kind.__module__}.{kind.__qualname__}"
    return (path, kind.__qualname__) if kind.__module__ == "builtins" else (path,)
