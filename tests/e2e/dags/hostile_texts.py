"""Words that would run in a page that does not treat them as words."""

RUNS = "document.documentElement.dataset.ran=1"
HTML = (
    f"</pre></script></style></title>\"'><script>{RUNS}</script><img src=x onerror={RUNS}><svg/onload={RUNS}>"
)
LINK = f"[click](javascript:{RUNS}) <a href='javascript:{RUNS}'>me</a> ![x](x)"
TEXT = f"{HTML} {LINK} {{{{7*7}}}} ${{7*7}} \u202eevil\x1b[31m<b>red</b>\x1b[0m"
