"""The pages of the journal, as an officer reads them."""

import re

from django.test import Client

SEARCH, ROWS, EXPORT = "/contact-covid/journal/", "/contact-covid/journal/lignes/", "/contact-covid/journal/export/"


def fiche_page(number: str) -> str:
    return f"{SEARCH}fiche/{number}/"


def text_of(client: Client, path: str) -> str:
    """The page as read: tags gone, blanks one."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def shown(client: Client, path: str, caption: str) -> list[list[str]]:
    """The cells of the table with that caption."""
    html = client.get(path).content.decode()
    table = re.search(rf"<table[^>]*>\s*<caption[^>]*>{caption}</caption>.*?</table>", html, re.DOTALL)
    if table is None:
        return []
    body = table[0].split("<tbody>")[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = (re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows)
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]
