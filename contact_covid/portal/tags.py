"""The states as the pages show them: the word is what counts, the colour only helps."""

from functools import cache

from markupsafe import Markup

_KINDS = {
    "to_call": "todo",
    "call_back": "wait",
    "unreachable": "ko",
    "informed": "ok",
    "interviewed": "ok",
    "tested": "ok",
    "sampled": "ok",
    "negative": "ok",
    "positive": "ko",
    "closed": "",
    "cancelled": "",
}
"""Stored state → kind of the stylesheet; a state that has no line here is shown in grey."""


@cache
def tag(code: str, label: str) -> Markup:
    """``code``: a stored state, or a kind of the stylesheet (ok, todo, wait, ko). There are as many as there are
    states: each is written once."""
    return Markup('<span class="tag {}">{}</span>').format(_KINDS.get(code, code), label)
