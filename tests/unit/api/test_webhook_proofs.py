"""What proves that a sender knows the secret: by the vectors that GitHub and Standard Webhooks print."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.api import webhook_proofs

GITHUB = ("It's a Secret to Everybody", b"Hello, World!")
GITHUB_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
STANDARD = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}')
SENT = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
THEN = datetime.fromtimestamp(1614265330, UTC)


def proves(
    secret: str, headers: dict[str, str], body: bytes, seconds: int = 0, *, signed: bool = True
) -> bool:
    now = datetime.fromtimestamp(1614265330 + seconds, UTC)
    return webhook_proofs.proves(secret, headers, body, now=now, signed_only=signed)


def test_as_github_signs() -> None:
    secret, body = GITHUB
    assert proves(secret, {"x-hub-signature-256": GITHUB_SIGNATURE}, body)
    assert proves(secret, {"x-hub-signature": "sha1=0", "x-hub-signature-256": GITHUB_SIGNATURE}, body)
    assert proves(secret, {"x-hub-signature": GITHUB_SIGNATURE}, body), "as Bitbucket says it"
    assert not proves(secret, {"x-hub-signature-256": GITHUB_SIGNATURE}, body + b" ")
    assert not proves(secret + " ", {"x-hub-signature-256": GITHUB_SIGNATURE}, body)


def test_as_standard_webhooks_sign() -> None:
    secret, body = STANDARD
    assert proves(secret, SENT, body)
    several = {**SENT, "webhook-signature": "v1,AAAA " + SENT["webhook-signature"]}
    assert proves(secret, several, body)
    assert not proves(secret, SENT, body.replace(b"2", b"3"))
    assert not proves(secret, {**SENT, "webhook-id": "msg_other"}, body), "the id is signed too"


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)]
)
def test_a_signed_time_holds_for_five_minutes(seconds: int, good: bool) -> None:
    secret, body = STANDARD
    assert proves(secret, SENT, body, seconds) is good


@pytest.mark.parametrize("stamp", ["", "soon", "-1614265330", "1" * 40, "²"])
def test_a_time_that_is_none(stamp: str) -> None:
    secret, body = STANDARD
    assert not proves(secret, {**SENT, "webhook-timestamp": stamp}, body)


def test_the_secret_itself() -> None:
    for headers in (
        {"authorization": "Bearer s3cret"},
        {"authorization": "bearer  s3cret"},
        {"x-gitlab-token": "s3cret"},
    ):
        assert proves("s3cret", headers, b"", signed=False)
        assert not proves("s3cret", headers, b"", signed=True)
        assert not proves("other", headers, b"", signed=False)
    assert not proves("s3cret", {}, b"", signed=False)
    assert not proves("s3cret", {"authorization": "Basic s3cret"}, b"", signed=False)


def test_a_wrong_signature_beside_the_right_secret_is_refused() -> None:
    headers = {"authorization": "Bearer s3cret", "x-hub-signature-256": "sha256=" + "0" * 64}
    assert not proves("s3cret", headers, b"", signed=False)


def test_no_two_secrets_are_the_same() -> None:
    assert len({webhook_proofs.new_secret() for _ in range(100)}) == 100
