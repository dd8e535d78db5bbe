"""Operators that ask a person. The task holds nothing while it waits, for hours or for weeks.

``execute`` asks and leaves; ``execute_complete`` goes on with the answer, in the same try.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from tradewind.authoring import hitl, moments, scope
from tradewind.authoring.notset import NOTSET
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operators.python import skip_after
from tradewind.authoring.params import ParamsDict
from tradewind.authoring.skipping import BranchMixIn, SkipMixin
from tradewind.domain import hitl as rules
from tradewind.domain.errors import AirflowException, InvalidValue, TaskAwaitingInput

LINK_OPTIONS = "_options"
"""The query parameter of a link that chooses options; so no field of a form may have that name."""


class HITLTriggerEventError(AirflowException):
    """The wait for a person ended without an answer that can be used."""


class HITLTimeoutError(HITLTriggerEventError):
    """Nobody answered in time, and there are no defaults."""


class HITLRejectException(AirflowException):
    """Somebody said no, and the task is to fail then."""


class HITLOperator(BaseOperator):
    """Asks for one of ``options`` (or several, with ``multiple``) and for values of the form ``params``.

    ``defaults`` are taken when ``response_timeout`` is over; without them the task fails then. Without a
    time-out it waits for as long as it takes. ``notifiers`` are told once the question can be answered; only
    ``assigned_users``, if there are any, may answer it. Returns ``chosen_options``, ``params_input``,
    ``responded_by_user`` and ``responded_at``.
    """

    template_fields: Collection[str] = ("subject", "body")

    def __init__(
        self, *, subject: str, options: Sequence[str], body: str | None = None,
        defaults: str | Sequence[str] | None = None, multiple: bool = False,
        params: ParamsDict | Mapping[str, Any] | None = None, notifiers: Any = None,
        assigned_users: Any = None, response_timeout: timedelta | float | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(params=params, **kwargs)
        self.subject, self.body, self.multiple = subject, body, multiple
        self.options = options
        self.defaults = [defaults] if isinstance(defaults, str) else defaults
        self.notifiers = _listed(notifiers)
        self.assigned_users = [_user(self.task_id, one) for one in _listed(assigned_users)]
        self.response_timeout = moments.to_timedelta("response_timeout", response_timeout)
        if self.response_timeout is None and self.execution_timeout is not None:
            scope.notice(
                f"Task {self.task_id!r}: execution_timeout of a task that asks a person was its "
                "response_timeout until Airflow 3.2, and is taken for it. Write response_timeout."
            )
            self.response_timeout, self.execution_timeout = self.execution_timeout, None
        self.validate_options()
        self.validate_params()
        self.validate_defaults()

    # --- what may be asked

    def validate_options(self) -> None:
        """Raises InvalidValue unless there are options."""
        options = self.options
        if isinstance(options, str) or not options or not all(isinstance(one, str) for one in options):
            raise InvalidValue("options", options, "be a list of texts, and not be empty")

    def validate_params(self) -> None:
        """Raises InvalidValue for a field with the name that links use for options."""
        if LINK_OPTIONS in self.params:
            raise InvalidValue("params", LINK_OPTIONS, f"not use the name {LINK_OPTIONS!r}, which links need")

    def validate_defaults(self) -> None:
        """Raises InvalidValue for defaults that nobody could choose."""
        if self.defaults is None:
            return
        unknown = [one for one in self.defaults if one not in self.options]
        if unknown:
            raise InvalidValue("defaults", unknown[0], f"be among the options {list(self.options)}")
        if len(self.defaults) > 1 and not self.multiple:
            raise InvalidValue("defaults", list(self.defaults), "name one option, unless multiple=True")

    @property
    def serialized_params(self) -> dict[str, dict[str, Any]]:
        """The fields of the form with value, description and schema."""
        return hitl.form(dict(self.params.items()))

    # --- asking

    def execute(self, context: Any) -> Any:
        """Ask, tell the notifiers, and leave; nobody is told of what was answered before. Raises
        TaskAwaitingInput.
        """
        known = hitl.upsert_hitl_detail(
            ti_id=context["ti"].id, options=self.options, subject=self.subject, body=self.body,
            defaults=self.defaults, multiple=self.multiple, params=self.serialized_params,
            assigned_users=self.assigned_users,
        )  # fmt: skip
        if known.response_received:
            self.log.info("%r was answered before, to an attempt that was lost", self.subject)
        else:
            self.log.info("Waiting for an answer to %r", self.subject)
            for notifier in self.notifiers:
                notifier(context)
        raise TaskAwaitingInput(method_name="execute_complete", timeout=self.response_timeout)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Go on with the answer. Raises HITLTimeoutError, HITLTriggerEventError, InvalidValue."""
        if "error" in event:
            self.process_trigger_event_error(event)
        chosen, given = event["chosen_options"], event.get("params_input") or {}
        self.validate_chosen_options(chosen)
        if given:
            self.validate_params_input(given)
        return {
            "chosen_options": chosen,
            "params_input": given,
            "responded_by_user": event.get("responded_by_user"),
            "responded_at": event.get("responded_at"),
        }

    def process_trigger_event_error(self, event: dict[str, Any]) -> None:
        """Raises what an event without an answer means."""
        kind = HITLTimeoutError if event.get("error_type") == "timeout" else HITLTriggerEventError
        raise kind(event["error"])

    def validate_chosen_options(self, chosen_options: Sequence[str]) -> None:
        """Raises InvalidValue for options that there are not (any more: the file may have changed)."""
        for option in chosen_options:
            if option not in self.options:
                raise InvalidValue("chosen_options", option, f"be among {list(self.options)}")

    def validate_params_input(self, params_input: Mapping[str, Any]) -> None:
        """Raises InvalidValue for values that the form does not allow."""
        rules.check_form(self.serialized_params, params_input)

    # --- links

    def generate_link_to_ui(
        self, *, task_instance: Any, base_url: str | None = None, options: str | Sequence[str] | None = None,
        params_input: Mapping[str, Any] | None = None,
    ) -> str:  # fmt: skip
        """The address at which a person answers, with ``options`` and values filled in beforehand.

        Raises InvalidValue for options or fields that there are not.
        """
        chosen = [options] if isinstance(options, str) else list(options or ())
        self.validate_chosen_options(chosen)
        unknown = [name for name in params_input or {} if name not in self.params]
        if unknown:
            raise InvalidValue(
                "params_input", unknown[0], f"hold fields of the form, which are {sorted(self.params)}"
            )
        where = urlsplit(base_url or task_instance.log_url)
        ti = task_instance
        path = f"/dags/{ti.dag_id}/runs/{ti.run_id}/tasks/{ti.task_id}/required_actions"
        query = {LINK_OPTIONS: str(chosen)} if chosen else {}
        text = urlencode({**query, **(params_input or {}), "map_index": ti.map_index})
        return f"{where.scheme}://{where.netloc}{quote(path, safe='/:+')}?{text}"

    @staticmethod
    def generate_link_to_ui_from_context(
        *, context: Any, base_url: str | None = None, options: str | Sequence[str] | None = None,
        params_input: Mapping[str, Any] | None = None,
    ) -> str:  # fmt: skip
        """The same for the task that a context belongs to; notifiers call it on the class."""
        link: str = context["task"].generate_link_to_ui(
            task_instance=context["ti"], base_url=base_url, options=options, params_input=params_input
        )
        return link


class ApprovalOperator(HITLOperator, SkipMixin):
    """Asks for a yes or no. After a no the tasks after it are skipped, or with ``fail_on_reject`` it fails.

    With ``ignore_downstream_trigger_rules`` everything downstream is skipped, else what comes directly after.
    """

    inherits_from_skipmixin = True
    APPROVE: ClassVar = "Approve"
    REJECT: ClassVar = "Reject"
    FIXED_ARGS: ClassVar = ("options", "multiple")

    def __init__(
        self, *, ignore_downstream_trigger_rules: bool = False, fail_on_reject: bool = False, **kwargs: Any
    ) -> None:
        for name in self.FIXED_ARGS:
            if name in kwargs:
                raise InvalidValue(name, kwargs[name], f"be left out: {type(self).__name__} sets it itself")
        super().__init__(options=[self.APPROVE, self.REJECT], multiple=False, **kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules
        self.fail_on_reject = fail_on_reject

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Go on, or skip, or fail. Raises HITLRejectException, and what the base class raises."""
        answer = super().execute_complete(context, event)
        if answer["chosen_options"][0] == self.APPROVE:
            self.log.info("Approved.")
            return answer
        if self.fail_on_reject:
            raise HITLRejectException(f"Task {self.task_id!r} was rejected by {_name(answer)}.")
        self.log.info("Rejected: what comes after is skipped.")
        skip_after(context, everything=self.ignore_downstream_trigger_rules)
        return answer


class HITLBranchOperator(HITLOperator, BranchMixIn):
    """Goes on with the tasks that are chosen; the others directly after it are skipped.

    Options are ids of tasks (or task groups), or ``options_mapping`` says which task an option stands for.
    """

    inherits_from_skipmixin = True

    def __init__(self, *, options_mapping: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options_mapping = dict(options_mapping or {})
        self.validate_options_mapping()

    def validate_options_mapping(self) -> None:
        """Raises InvalidValue for options that there are not, and for what is no id of a task."""
        for option, task_id in self.options_mapping.items():
            if option not in self.options:
                raise InvalidValue("options_mapping", option, f"map options, which are {list(self.options)}")
            if not isinstance(task_id, str):
                raise InvalidValue(f"options_mapping[{option!r}]", task_id, "be the id of a task")

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Follow what was chosen; the ids of those tasks. Raises what the base classes raise."""
        answer = super().execute_complete(context, event)
        chosen = [self.options_mapping.get(option, option) for option in answer["chosen_options"]]
        return self.do_branch(context, chosen)


class HITLEntryOperator(HITLOperator):
    """Asks for the values of a form; the one option is to send it."""

    OK: ClassVar = "OK"

    def __init__(self, *, options: Any = NOTSET, defaults: Any = NOTSET, **kwargs: Any) -> None:
        if options is NOTSET:
            options = [self.OK]
            defaults = [self.OK] if defaults is NOTSET else defaults
        super().__init__(options=options, defaults=None if defaults is NOTSET else defaults, **kwargs)


def _listed(value: Any) -> list[Any]:
    """None, one, or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _user(task_id: str, one: Any) -> Mapping[str, str]:
    """Raises InvalidValue for what names nobody."""
    if not isinstance(one, Mapping) or not {"id", "name"} <= one.keys():
        rule = "be people such as {'id': '7', 'name': 'Ann'}"
        raise InvalidValue(f"Task {task_id!r}: assigned_users", one, rule)
    return one


def _name(answer: Mapping[str, Any]) -> str:
    by = answer["responded_by_user"]
    return by["name"] if by else "its default"
