"""Sensors: tasks that wait until something is true."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.skipping import SkipMixin
from tradewind.domain.errors import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    InvalidValue,
    TaskDeferralTimeout,
)
from tradewind.runtime.clock import Clock, SystemClock

_WEEK = timedelta(days=7)
_NEVER_PASSED_OVER = (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException)


class PokeReturnValue:
    """The answer of a poke that also has a value: ``xcom_value`` becomes the task's return value."""

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done, self.xcom_value = is_done, xcom_value

    def __bool__(self) -> bool:
        return self.is_done


class BaseSensorOperator(BaseOperator, SkipMixin):
    """Calls ``poke`` every ``poke_interval`` seconds until it is true, for at most ``timeout``.

    ``mode="poke"`` keeps the slot while it waits; ``mode="reschedule"`` gives it back between two looks.
    Raises AirflowSensorTimeout in the end, or skips with ``soft_fail``.
    """

    ui_color = "#e6f1f2"
    valid_modes = ("poke", "reschedule")
    poke_mode_only = False
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        poke_interval: timedelta | float = 60,
        timeout: timedelta | float | None = None,
        soft_fail: bool = False,
        mode: str = "poke",
        exponential_backoff: bool = False,
        max_wait: timedelta | float | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.poke_interval = _seconds("poke_interval", poke_interval)
        self.timeout = _seconds("timeout", _default_timeout() if timeout is None else timeout)
        self.max_wait = None if max_wait is None else _seconds("max_wait", max_wait)
        if soft_fail and never_fail:
            raise InvalidValue("soft_fail", soft_fail, "not be set together with never_fail")
        self.soft_fail, self.silent_fail, self.never_fail = soft_fail, silent_fail, never_fail
        self.exponential_backoff = exponential_backoff
        self.mode = self._mode(mode)

    def _mode(self, mode: str) -> str:
        if self.poke_mode_only and mode != "poke":
            raise InvalidValue("mode", mode, f"be 'poke' for {type(self).__name__}")
        if mode not in self.valid_modes:
            raise InvalidValue("mode", mode, f"be one of {', '.join(self.valid_modes)}")
        return mode

    @property
    def reschedule(self) -> bool:
        """Does it give its slot back between two looks?"""
        return self.mode == "reschedule"

    def poke(self, context: Any) -> bool | PokeReturnValue:
        """Look once."""
        raise NotImplementedError(f"{type(self).__name__} defines no poke(self, context).")

    def execute(self, context: Any) -> Any:
        """Look until it is true. Raises AirflowRescheduleException to give the slot back."""
        began, looks = self._began(context)
        while True:
            looks += 1
            answer = self._look(context)
            if answer:
                self.log.info("Success criteria met. Exiting.")
                return answer.xcom_value if isinstance(answer, PokeReturnValue) else None
            waited = (self.clock.now() - began).total_seconds()
            if waited > self.timeout:
                return self._late(waited)
            self._pause(self.next_interval(looks, context), context)

    def _began(self, context: Any) -> tuple[datetime, int]:
        """When it began to wait, and how often this try looked before. A sensor that gives its slot back has
        one ``timeout`` for all its tries.
        """
        ti = context.get("ti") if hasattr(context, "get") else None
        first = ti.get_first_reschedule_date(context) if self.reschedule and ti is not None else None
        if first is None:
            return self.clock.now(), 0
        return first, int(getattr(ti, "reschedule_count", 0))

    def _look(self, context: Any) -> bool | PokeReturnValue:
        try:
            return self.poke(context)
        except _NEVER_PASSED_OVER as error:
            self._skip_softly(error)
            raise
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except Exception as error:
            if self.silent_fail:
                self.log.exception("Sensor poke failed")
                return False
            if self.never_fail:
                raise AirflowSkipException("Skipping due to never_fail is set to True.") from error
            raise

    def _skip_softly(self, error: BaseException) -> None:
        """Skip, rather than fail with ``error``, if the author asked for it."""
        for name in ("soft_fail", "never_fail"):
            if getattr(self, name):
                raise AirflowSkipException(f"Skipping due to {name} is set to True.") from error

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Go on where ``defer`` left. A trigger that came too late is a sensor that timed out."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowSkipException:
            raise
        except TaskDeferralTimeout as error:
            self._skip_softly(error)
            raise AirflowSensorTimeout(str(error)) from error
        except AirflowException as error:
            self._skip_softly(error)
            raise

    def _late(self, waited: float) -> Any:
        message = f"Sensor has timed out: it waited {waited:.1f} s, its timeout is {self.timeout:g} s."
        if self.soft_fail:
            raise AirflowSkipException(message)
        raise AirflowSensorTimeout(message)

    def _pause(self, seconds: float, context: Any) -> None:
        if self.reschedule:
            raise AirflowRescheduleException(self.clock.now() + timedelta(seconds=seconds))
        import time

        time.sleep(seconds)

    def next_interval(self, looks: int, context: Any) -> float:
        """Seconds until the next look; with back-off they double, spread by a hash so that sensors part."""
        if not self.exponential_backoff:
            return self.poke_interval
        shortest = max(1, int(self.poke_interval * 2 ** max(looks - 2, 0)))
        ti = context.get("ti") if hasattr(context, "get") else None
        name = f"{self.dag_id}#{self.task_id}#{getattr(ti, 'run_id', '')}#{looks}"
        spread = int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(), 16)
        chosen = float(shortest + spread % shortest)
        longest = min(self.timeout, self.max_wait) if self.max_wait is not None else self.timeout
        return min(chosen, longest, 86400.0)


def poke_mode_only(cls: Any) -> Any:
    """Class decorator: instances may only be used with ``mode="poke"``."""
    cls.poke_mode_only = True
    return cls


def _default_timeout() -> float:
    from tradewind.config import compat

    return float(compat.conf.get("sensors", "default_timeout", fallback=None) or _WEEK.total_seconds())


def _seconds(name: str, value: Any) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        raise InvalidValue(name, value, "be a number of seconds, or a timedelta, not below 0")
    return float(seconds)
