"""The page to log in on: one form, no script, in English or Chinese as the browser asks."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final

_STYLE: Final = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem;color:#222}"
    "label{display:block;margin:1rem 0 .2rem}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem .5rem;border:1px solid #888;"
    "border-radius:4px;background:transparent;color:inherit}"
    "button,.other{font:inherit;display:block;width:100%;box-sizing:border-box;margin-top:1.4rem;"
    "padding:.5rem;border:1px solid #1a56b0;border-radius:4px;background:#1a56b0;color:#fff;"
    "text-align:center;text-decoration:none;cursor:pointer}"
    ".other{background:transparent;color:inherit}[role=alert]{color:#b00020}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}[role=alert]{color:#ff8a80}}"
)
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""Nothing is loaded, nothing runs, nobody frames it, and the form goes to this server only."""
_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head><body><main><h1>{name}</h1>
{error}<form method="post" action="{action}">
<input type="hidden" name="csrf_token" value="{csrf}"><input type="hidden" name="next" value="{next}">
<label for="username">{username}</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">{submit}</button></form>{other}</main></body></html>
"""
WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Log in", "username": "User name", "password": "Password", "submit": "Log in",
        "wrong": "User name or password is wrong.", "elsewhere": "Log in with {name}",
        "often": "Too many failed log-ins. Try again in {seconds} seconds.",
        "stale": "This page was open for too long, or cookies are off. Try again.",
        "refused": "The log-in was refused. Ask an administrator why.",
    },
    "zh-CN": {
        "title": "登录", "username": "用户名", "password": "密码", "submit": "登录",
        "wrong": "用户名或密码错误。", "elsewhere": "使用 {name} 登录",
        "often": "登录失败次数过多，请在 {seconds} 秒后重试。",
        "stale": "页面打开时间过长，或 Cookie 已被禁用，请重试。",
        "refused": "登录被拒绝，请向管理员询问原因。",
    },
}  # fmt: skip


def language(accepted: str) -> str:
    """The language of ``WORDS`` that an ``Accept-Language`` header likes best; English for any other."""
    liked = []
    for place, part in enumerate(accepted[:1000].split(",")):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            liked.append((-float(weight), place, name.strip().lower()))
        except ValueError:
            continue
    for less, _, name in sorted(liked):
        if less < 0 and name.partition("-")[0] in {"en", "zh"}:
            return "zh-CN" if name.startswith("zh") else "en"
    return "en"


def render(
    accepted: str,
    *,
    name: str,
    prefix: str,
    csrf: str,
    next_path: str,
    error: str = "",
    about: Mapping[str, object] | None = None,
    elsewhere: tuple[str, str] | None = None,
) -> str:
    """The page. ``error`` is one of ``WORDS``, filled with ``about``; ``elsewhere`` the name and the path of
    another way to log in.
    """
    spoken = language(accepted)
    words = WORDS[spoken]
    said = f'<p role="alert">{escape(words[error].format(**(about or {})))}</p>' if error else ""
    other = ""
    if elsewhere is not None:
        label = words["elsewhere"].format(name=elsewhere[0])
        other = f'<a class="other" href="{escape(elsewhere[1])}">{escape(label)}</a>'
    return _PAGE.format(
        language=spoken, title=escape(f"{words['title']} · {name}"), style=_STYLE, name=escape(name),
        error=said, action=escape(f"{prefix}/login"), csrf=escape(csrf), next=escape(next_path),
        username=words["username"], password=words["password"], submit=words["submit"], other=other,
    )  # fmt: skip
