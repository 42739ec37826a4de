"""What a browser would send of a page's form: hidden fields, and what its fields hold."""

from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]


class _Fields(HTMLParser):
    """Collects the fields of the form that has one called ``wanted``."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._wanted = wanted
        self._form: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = dict(attrs)
        if tag == "form":
            self._form = {}
        elif tag == "input" and "name" in values:
            ticked = values.get("type") not in ("checkbox", "radio") or "checked" in values
            if ticked:
                self._form[values["name"] or ""] = values.get("value") or ("on" if values["type"] == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._wanted in self._form:
            self.found = self._form


def fields_of(page: bytes, *, having: str) -> dict[str, str]:
    """Name → value of the form of ``page`` that has a field called ``having``; empty when there is none."""
    parser = _Fields(having)
    parser.feed(page.decode())
    return parser.found
