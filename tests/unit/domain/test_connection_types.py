from __future__ import annotations

from tradewind.authoring.hooks import finding
from tradewind.authoring.hooks.filesystem import FSHook
from tradewind.authoring.hooks.package_index import PackageIndexHook
from tradewind.domain.connection_types import FIELDS, TYPES

BY_NAME = {one.name: one for one in TYPES}


def test_they_speak_of_fields_that_there_are() -> None:
    assert len(BY_NAME) == len(TYPES)
    for one in TYPES:
        assert {*one.hidden, *one.labels, *one.examples} <= set(FIELDS), one.name
        assert not set(one.hidden) & {*one.labels, *one.examples}, one.name
        assert not (one.extras and "extra" in one.hidden), one.name


def test_every_hook_of_ours_has_its_type() -> None:
    """Under the name that its class gives it; others are spellings of that."""
    from tradewind.runtime import plugins

    named = {plugins.load_object(path).conn_type for path in finding.OURS.values()}
    assert named == {one.name for one in TYPES if one.package is None} - {"generic"}


def test_what_hooks_say_of_themselves_is_what_forms_show() -> None:
    for hook in (FSHook, PackageIndexHook):
        told, known = hook.get_ui_field_behaviour(), BY_NAME[hook.conn_type]
        fields = set(told["hidden_fields"]) - ({"extra"} if known.extras else set())
        assert set(known.hidden) == fields
        assert dict(known.labels) == told["relabeling"]
