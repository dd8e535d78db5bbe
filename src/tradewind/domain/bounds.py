"""How long the texts may be that people write beside names (``keys`` has those): bodies of requests declare
these bounds, and the store holds everybody to them, commands too.
"""

from __future__ import annotations

from typing import Final

from tradewind.domain.errors import InvalidValue

NOTE: Final = 1000
DESCRIPTION: Final = 5000
DESCRIPTION_OF_ACCOUNT: Final = 500
PARTITION_KEY: Final = 250
USERNAME: Final = 512
ADDRESS: Final = 512
PERSON_NAME: Final = 256
CONN_TYPE: Final = 500
HOST: Final = 500
SCHEMA: Final = 500
LOGIN: Final = 5000
SECRET_OF_WEBHOOK: Final = 1000
PARAMS_OF_WEBHOOK: Final = 1000
"""How many of them; all others are characters."""


def check(name: str, text: str | None, most: int) -> None:
    """Raises InvalidValue for a text that is longer than ``most`` characters."""
    if text is not None and len(text) > most:
        raise InvalidValue(name, f"{len(text)} characters", f"have at most {most} characters")
