"""``ResumableJobMixin``: for operators that start a job elsewhere and wait for it.

The job's id is in the task state store before the waiting begins. A later try finds it there and goes on
waiting for the same job, instead of starting another one.
"""

from __future__ import annotations

from typing import Any

from tradewind.authoring.state_store import NEVER_EXPIRE
from tradewind.domain.errors import AirflowException


class ResumableJobMixin:
    """Subclasses define the six methods and call ``execute_resumable(context)`` from ``execute``."""

    external_id_key: str = "external_job_id"

    def submit_job(self, context: Any) -> Any:
        """Start the job; its id, a JSON value."""
        raise NotImplementedError(f"{type(self).__name__} defines no submit_job(self, context).")

    def get_job_status(self, external_id: Any, context: Any) -> str:
        """What has become of it, in the other system's words."""
        raise NotImplementedError(f"{type(self).__name__} defines no get_job_status(self, id, context).")

    def is_job_active(self, status: str) -> bool:
        """Whether a job of that status may still come to an end."""
        raise NotImplementedError(f"{type(self).__name__} defines no is_job_active(self, status).")

    def is_job_succeeded(self, status: str) -> bool:
        """Whether a job of that status did what it should."""
        raise NotImplementedError(f"{type(self).__name__} defines no is_job_succeeded(self, status).")

    def poll_until_complete(self, external_id: Any, context: Any) -> None:
        """Wait for its end; raise where it failed."""
        raise NotImplementedError(f"{type(self).__name__} defines no poll_until_complete(self, id, context).")

    def get_job_result(self, external_id: Any, context: Any) -> Any:
        """What the task returns."""
        return None

    def execute_resumable(self, context: Any) -> Any:
        """Start the job, or find the one of an earlier try; wait for it; give its result.

        Raises what the methods raise, AirflowException for a job without an id.
        """
        store, key = context["task_state_store"], self.external_id_key
        log: Any = getattr(self, "log", None)
        known = store.get(key)
        if known is not None:
            status = self.get_job_status(known, context)
            if self.is_job_succeeded(status):
                return self.get_job_result(known, context)
            if self.is_job_active(status):
                if log is not None:
                    log.info("Job %s of an earlier try is %s: waiting for it", known, status)
                self.poll_until_complete(known, context)
                return self.get_job_result(known, context)
            store.delete(key)
        started = self.submit_job(context)
        if started is None:
            raise AirflowException(f"{type(self).__name__}.submit_job gave no id of the job that it started.")
        store.set(key, started, retention=NEVER_EXPIRE)
        self.poll_until_complete(started, context)
        return self.get_job_result(started, context)
