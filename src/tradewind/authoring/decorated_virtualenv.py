"""The operators behind ``@task.virtualenv``, ``@task.external_python`` and their branch forms."""

from __future__ import annotations

from collections.abc import Collection

from tradewind.authoring.decorated import CallsFunction
from tradewind.authoring.operators import virtualenv


class VirtualenvDecoratedOperator(CallsFunction, virtualenv.PythonVirtualenvOperator):
    """``@task.virtualenv``."""

    template_fields: Collection[str] = virtualenv.PythonVirtualenvOperator.template_fields
    custom_operator_name = "@task.virtualenv"
    decorated = True


class ExternalPythonDecoratedOperator(CallsFunction, virtualenv.ExternalPythonOperator):
    """``@task.external_python``."""

    template_fields: Collection[str] = virtualenv.ExternalPythonOperator.template_fields
    custom_operator_name = "@task.external_python"
    decorated = True


class BranchVirtualenvDecoratedOperator(CallsFunction, virtualenv.BranchPythonVirtualenvOperator):
    """``@task.branch_virtualenv``."""

    template_fields: Collection[str] = virtualenv.BranchPythonVirtualenvOperator.template_fields
    custom_operator_name = "@task.branch_virtualenv"
    decorated = True


class BranchExternalPythonDecoratedOperator(CallsFunction, virtualenv.BranchExternalPythonOperator):
    """``@task.branch_external_python``."""

    template_fields: Collection[str] = virtualenv.BranchExternalPythonOperator.template_fields
    custom_operator_name = "@task.branch_external_python"
    decorated = True
