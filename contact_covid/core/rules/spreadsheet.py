"""Cells of the files that people open in a spreadsheet."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """``text`` as a spreadsheet shows it and never runs it: what looks like a formula opens with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
