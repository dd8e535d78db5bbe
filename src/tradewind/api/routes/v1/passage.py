"""The door as requests of v1 pass it: other words, the same checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tradewind.api import params, problems
from tradewind.api.door import Call, Services
from tradewind.api.logins import Logins
from tradewind.api.older_passage import OlderPassage
from tradewind.api.routes.v1.translation import Translated, picked

_FIELDS: Final = "fields"


class V1Passage(OlderPassage):
    """The endpoint of one operation of v1."""

    def __init__(self, operation: Translated, services: Services, logins: Logins) -> None:
        super().__init__(operation, services, logins)
        self._translated = operation

    def read_query(self, request: Request, kind: type) -> Any:
        """The query string in v2's words. Raises Unprocessable, also for names that v1 does not have."""
        given = request.query_params.multi_items()
        pairs = self._translated.says.pairs(given, self._translated.sends)
        return _in_own_words(
            lambda: params.from_query(pairs, kind), self._translated.says.v2, [name for name, _ in given]
        )

    def read_body(self, raw: bytes, kind: type) -> Any:
        """The body in v2's words. Raises Unprocessable, also for fields that v1 does not have."""
        given = params.from_body(raw or b"{}", dict[str, Any])
        text = msgspec.json.encode(self._translated.sends.fields(given))
        return _in_own_words(lambda: params.from_body(text, kind), self._translated.sends.v2, given)

    def shown(self, call: Call, result: Any) -> Response:
        """The answer in v1's shape."""
        body = self._translated.reshape(msgspec.json.decode(msgspec.json.encode(result)))
        fields = call.request.query_params.getlist(_FIELDS)
        if fields:
            body = picked(body, fields)
        return problems.answer(body, self._operation.status, call.headers)

    def refused(self, request: Request, error: Exception) -> Response:
        """In the form of RFC 9457, malformed input with status 400."""
        return problems.explain(request, error, problems.respond_in_v1)


def _in_own_words(read: Callable[[], Any], v2: Mapping[str, str], given: Iterable[str]) -> Any:
    """What ``read`` gives. Problems name what the sender wrote."""
    try:
        return read()
    except problems.Unprocessable as error:
        own = {v2[name]: name for name in given}
        raise problems.Unprocessable(
            *(
                msgspec.structs.replace(one, loc=tuple(own.get(str(part), part) for part in one.loc))
                for one in error.problems
            )
        ) from error
