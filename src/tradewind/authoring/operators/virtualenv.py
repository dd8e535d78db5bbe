"""Operators that call a function in another Python: in a virtual environment, or by an interpreter's path."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tradewind.authoring import calling, other_python, skipping
from tradewind.authoring.operators.python import PythonOperator
from tradewind.domain.errors import AirflowException, InvalidValue

SERIALIZERS = ("json", "pickle", "cloudpickle", "dill")
"""All are accepted. Arguments and results travel as JSON whichever is named: nothing is ever unpickled."""


def is_venv_installed() -> bool:
    """Whether virtual environments can be made: with uv, or with Python's own ``venv``."""
    return shutil.which("uv") is not None or importlib.util.find_spec("venv") is not None


class OtherPythonOperator(PythonOperator):
    """Base of these operators; subclasses say which Python (``execute_callable``).

    The function must be made with ``def`` and import inside itself what it needs. It may ask by name for
    values of the context that can travel (``ds``, ``params``, ``logical_date``, …). ``string_args`` are the
    global ``virtualenv_string_args``.
    """

    decorated: ClassVar[bool] = False
    """Is it behind a decorator? Then that is taken off the function's source."""

    def __init__(
        self, *, python_callable: Callable[..., Any], serializer: str | None = None, use_dill: bool = False,
        string_args: Iterable[str] | None = None, expect_airflow: bool = True, expect_pendulum: bool = False,
        skip_on_exit_code: int | Container[int] | None = None, env_vars: dict[str, str] | None = None,
        inherit_env: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        other_python.check(type(self).__name__, python_callable)
        super().__init__(python_callable=python_callable, **kwargs)
        if serializer is not None and serializer not in SERIALIZERS:
            raise InvalidValue("serializer", serializer, f"be one of {', '.join(SERIALIZERS)}")
        self.serializer = serializer or ("dill" if use_dill else "json")
        self.string_args = list(string_args or ())
        self.expect_airflow, self.expect_pendulum = expect_airflow, expect_pendulum
        codes = skip_on_exit_code
        self.skip_on_exit_code: Any = () if codes is None else [codes] if isinstance(codes, int) else codes
        self.env_vars, self.inherit_env = env_vars, inherit_env
        self._shell: Any = None

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """``op_kwargs`` with what the function asks for of the context. Raises AirflowException."""
        function, given = self.python_callable, other_python.Sendable(context)
        missing = calling.Signature(function).missing(self.op_args, self.op_kwargs, given)
        if missing:
            raise AirflowException(
                f"{function.__name__}() asks for {', '.join(missing)}, which is not among its arguments and "
                f"cannot be sent to another Python. Give what it needs of it in op_kwargs."
            )
        return calling.arguments(function, self.op_args, self.op_kwargs, given)

    def call_with(self, python: Path) -> Any:
        """What the function gives there. Raises AirflowException, AirflowSkipException, CannotSerialize."""
        env = other_python.environment(inherit=self.inherit_env, more=self.env_vars)
        call = other_python.Call(
            source=other_python.source_of(self.python_callable, decorated=self.decorated),
            args=list(self.op_args), kwargs=dict(self.op_kwargs), env=env,
            string_args=tuple(str(one) for one in self.string_args), skip_on_exit_code=self.skip_on_exit_code,
        )  # fmt: skip
        return other_python.run(call, python, self.shell())

    def shell(self) -> Any:
        """What runs commands for this task."""
        from tradewind.authoring import shell  # subprocess is loaded with it

        if self._shell is None:
            self._shell = shell.Shell(self.log)
        return self._shell

    def on_kill(self) -> None:
        """Stop the other Python and everything it started."""
        if self._shell is not None:
            self._shell.stop()


class PythonVirtualenvOperator(OtherPythonOperator):
    """Calls a function in a virtual environment with ``requirements`` (a list, or text or a ``.txt`` template
    file in pip's format).

    The environment is made for this call and deleted, or kept below ``venv_cache_path`` and shared by all
    tasks with the same requirements. uv makes it where it is installed (``[standard] venv_install_method``).
    """

    template_fields: Collection[str] = (
        "requirements", "index_urls", "index_urls_from_connection_ids", "venv_cache_path",
        *PythonOperator.template_fields,
    )  # fmt: skip
    template_ext: Sequence[str] = (".txt",)

    def __init__(
        self, *, requirements: Iterable[str] | str | None = None, python_version: str | None = None,
        system_site_packages: bool = True, pip_install_options: list[str] | None = None,
        index_urls: Collection[str] | str | None = None,
        index_urls_from_connection_ids: Collection[str] | str | None = None,
        venv_cache_path: str | os.PathLike[str] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if python_version is not None and not isinstance(python_version, str):
            raise InvalidValue("python_version", python_version, "be text, such as '3.12'")
        self.requirements: Any = requirements if requirements is not None else []
        self.python_version, self.system_site_packages = python_version, system_site_packages
        self.pip_install_options = list(pip_install_options or ())
        self.index_urls: Any = index_urls
        self.index_urls_from_connection_ids: Any = index_urls_from_connection_ids
        self.venv_cache_path: Any = None if venv_cache_path is None else os.fspath(venv_cache_path)

    def execute_callable(self) -> Any:
        """Make or find the environment and call the function there."""
        from tradewind.authoring import venv

        recipe = self._recipe()
        if self.venv_cache_path:
            return self.call_with(venv.cached(recipe, Path(self.venv_cache_path), self.shell()))
        with tempfile.TemporaryDirectory(prefix="venv-") as folder:
            return self.call_with(venv.make(recipe, Path(folder), self.shell()))

    def _recipe(self) -> Any:
        from tradewind.authoring import venv
        from tradewind.authoring.variable import Variable

        lines = [line.strip() for text in venv.as_list("requirements", self.requirements)
                 for line in text.splitlines()]  # fmt: skip
        key = Variable.get("PythonVirtualenvOperator.cache_key", "") if self.venv_cache_path else ""
        return venv.Recipe(
            requirements=tuple(line for line in lines if line and not line.startswith("#")),
            python_version=self.python_version, system_site_packages=self.system_site_packages,
            pip_install_options=tuple(self.pip_install_options), index_urls=self._index_urls(),
            cache_key=str(key),
        )  # fmt: skip

    def _index_urls(self) -> tuple[str, ...] | None:
        from tradewind.authoring import venv
        from tradewind.authoring.hooks.package_index import PackageIndexHook

        if self.index_urls is None and self.index_urls_from_connection_ids is None:
            return None
        names = venv.as_list("index_urls_from_connection_ids", self.index_urls_from_connection_ids)
        found = [PackageIndexHook(name).get_connection_url() for name in names]
        return (*venv.as_list("index_urls", self.index_urls), *found)


class ExternalPythonOperator(OtherPythonOperator):
    """Calls a function with the interpreter ``python``: the path of an environment that is there already."""

    template_fields: Collection[str] = ("python", *PythonOperator.template_fields)

    def __init__(self, *, python: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not python:
            raise InvalidValue("python", python, "be the path of a Python interpreter")
        self.python = os.fspath(python)

    def execute_callable(self) -> Any:
        """Call the function with that interpreter. Raises AirflowException where it is not there."""
        path = Path(self.python)
        if not path.is_file() or not os.access(path, os.X_OK):
            raise AirflowException(
                f"Task {self.task_id!r}: python={self.python!r} is not the path of a program."
            )
        return self.call_with(path)


class BranchPythonVirtualenvOperator(PythonVirtualenvOperator, skipping.BranchMixIn):
    """``PythonVirtualenvOperator`` whose function names the tasks to go on with."""

    inherits_from_skipmixin = True

    def execute(self, context: Any) -> Any:
        """Call the function and follow its choice."""
        return self.do_branch(context, super().execute(context))


class BranchExternalPythonOperator(ExternalPythonOperator, skipping.BranchMixIn):
    """``ExternalPythonOperator`` whose function names the tasks to go on with."""

    inherits_from_skipmixin = True

    def execute(self, context: Any) -> Any:
        """Call the function and follow its choice."""
        return self.do_branch(context, super().execute(context))
