"""What a hostile browser sends, and what a form of the counter is filled in with."""

import re

HOSTILE = {
    "empty": "",
    "blank": "   ",
    "nul": "\0",
    "nul inside": "Dor\0val",
    "right to left": "\u202elavroD\u202c",
    "invisible": "\u200b\u2060\ufeff",
    "emoji": "👩🏽‍⚕️",
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "quote": "' autofocus onfocus='alert(1)",
    "SQL": "'; DROP TABLE tracing_fiche; --",
    "template": "{{ 41 * 271 }}{% raw %}",
    "header": "x\r\nSet-Cookie: session=stolen",
    "path": "../../../../etc/passwd",
    "format": "%s%n%00{0.__class__}",
    "half a character": "\ud83d",
    "not a number": "NaN",
    "huge number": "9" * 5_000,
    "exponent": "1e309",
    "negative": "-1",
    "other digits": "١٢٣",
    "impossible day": "31/02/2020",
    "zero day": "00/00/0000",
    "American day": "2020-05-13",
    "JSON": '{"$ne": null}',
    "long": "x" * 1_000_000,
    "long word of accents": "é" * 5_000,
}
DETAILS = {
    "same_household": "on",
    "phone": "06 39 98 12 34",
    "email": "personne@exemple.fr",
    "street": "2 rue des Lilas",
    "postcode": "93100",
    "commune": "Montreuil",
}
# What may be written in any text field.
MARKUP = re.compile(r"<script>alert|<img src=x|' autofocus onfocus='|onerror=alert\(1\)>|11111")
