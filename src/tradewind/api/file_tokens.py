"""How answers name a DAG file for a request to parse it again: sealed, so that no path can be made up."""

from __future__ import annotations

from tradewind.auth import tokens

_PURPOSE = "file"


def seal(signer: tokens.Signer, bundle_name: str, path: str) -> str:
    """The token of a file; ``path`` is relative to the bundle's folder."""
    return signer.seal({"bundle_name": bundle_name, "relative_fileloc": path}, purpose=_PURPOSE)


def read(signer: tokens.Signer, token: str) -> tuple[str, str]:
    """(bundle, path) of a token. Raises TokenInvalid."""
    found = signer.unseal(token, purpose=_PURPOSE)
    return found["bundle_name"], found["relative_fileloc"]
