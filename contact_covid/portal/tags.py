"""Colours of the states. The word is what counts; a state that has no line here is shown in grey."""

TAG_KINDS = {
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
