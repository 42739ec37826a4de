"""The macros, each alone: what they write, and that nothing typed can become markup."""

import re
from typing import cast

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from jinja2 import Environment, Template, UndefinedError
from markupsafe import Markup

from contact_covid.portal.jinja import piece
from contact_covid.portal.tags import tag

HOSTILE = """"><script>alert('x')</script>{{ 7*7 }}'&"""
FIELD_MACROS = (
    "field",
    "nir",
    "phone",
    "date",
    "email",
    "number",
    "password",
    "new_password",
    "radios",
    "checkbox",
    "select",
    "textarea",
)


class Lazy:
    def __str__(self) -> str:
        return "<b>"


class Sly(str):
    """Text that is no plain ``str``, as the choices of a form are."""


class Ready:
    def __html__(self) -> str:
        return "<b>"


def from_string(source: str) -> Template:
    return cast(Jinja2, engines["jinja2"]).env.from_string(source)


def render(macro: str, call: str, **values: object) -> str:
    """The HTML of one macro call, e.g. ``render("fields", "nir('nir', 'NIR', value)", value="1")``."""
    name = call.partition("(")[0]
    template = from_string(f'{{% from "components/{macro}.html" import {name} %}}{{{{ {call} }}}}')
    return str(template.render(**values))


@pytest.mark.parametrize("macro", FIELD_MACROS)
def test_a_field_in_error_says_so_in_words_and_is_reached_from_the_summary(macro: str) -> None:
    html = render("fields", f"{macro}('birth', 'Libellé', '', 'Le champ est requis.', 'Une aide', True)")

    if macro == "radios":
        html = render(
            "fields", "radios('birth', 'Libellé', '', 'Le champ est requis.', 'Une aide', True, choices=[('a', 'A')])"
        )
    assert html.count('id="birth"') == 1
    assert 'id="birth-err"><span class="sr">Erreur : </span>Le champ est requis.</p>' in html
    assert 'aria-describedby="birth-aide birth-err"' in html
    assert 'class="req"' in html
    if macro != "radios":
        assert 'aria-invalid="true"' in html
        assert " required" in html


@pytest.mark.parametrize("macro", FIELD_MACROS)
def test_a_field_without_error_says_nothing_of_errors(macro: str) -> None:
    html = render("fields", f"{macro}('birth', 'Libellé')")

    assert "err-txt" not in html
    assert "aria-invalid" not in html
    assert "bad" not in html


@pytest.mark.parametrize("macro", FIELD_MACROS)
def test_what_is_typed_never_becomes_markup(macro: str) -> None:
    html = render(
        "fields",
        f"{macro}('birth', typed, typed, typed, typed, True, attrs={{'data-x': typed}})",
        typed=HOSTILE,
    )

    assert "<script" not in html
    assert "49" not in html
    attributes = re.sub(r'="[^"]*"', "", html)
    assert "alert" not in re.sub(r">[^<]*<", "><", attributes)


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("feedback", "message('err', typed, typed)"),
        ("feedback", "error_summary([(typed, typed)])"),
        ("feedback", "empty_state(typed, [typed])"),
        ("feedback", "conflict(typed, [typed], typed, typed)"),
        ("data", "pager(typed, typed, typed)"),
        ("data", "facts([(typed, typed)])"),
        ("data", "timeline([(typed, typed, True)])"),
        ("data", "patient_banner(typed, typed, [(typed, typed), ('', typed)])"),
        ("data", "kpis([(typed, typed)])"),
        ("data", "result_bar(typed, 25, typed)"),
        ("layout", "heading(typed)"),
        ("layout", "tile(typed, typed, typed)"),
        ("layout", "stepper([typed, typed], 2)"),
        ("layout", "outcomes('outcome', typed, typed, typed, choices=[(typed, typed)])"),
        ("fields", "address({'street': typed, 'postcode': typed}, {'commune': typed}, [typed])"),
        ("fields", "radios('x', typed, typed, choices=[(typed, typed)])"),
        ("fields", "select('x', typed, typed, choices=[(typed, typed)])"),
    ],
)
def test_no_component_lets_markup_through(module: str, call: str) -> None:
    assert "<script" not in render(module, call, typed=HOSTILE)


def test_a_password_is_never_written_back() -> None:
    assert "Vélo-Orange-42" not in render("fields", "password('password', 'Mot de passe', 'Vélo-Orange-42')")


def test_patients_data_is_not_offered_to_the_browsers_memory() -> None:
    assert 'autocomplete="off"' in render("fields", "nir('nir', 'NIR')")
    login = render("fields", "field('login', 'Identifiant', attrs={'autocomplete': 'username'})")
    assert login.count("autocomplete=") == 1
    assert 'autocomplete="username"' in login


@pytest.mark.parametrize(
    ("state", "kind"), [("positive", "ko"), ("to_call", "todo"), ("call_back", "wait"), ("tested", "ok")]
)
def test_a_state_is_a_word_and_its_colour(state: str, kind: str) -> None:
    assert tag(state, "Le mot") == f'<span class="tag {kind}">Le mot</span>'
    assert tag(state, "<b>") == f'<span class="tag {kind}">&lt;b&gt;</span>'


@pytest.mark.parametrize(("count", "words"), [(1, "contient 1 erreur<"), (2, "contient 2 erreurs<")])
def test_the_summary_counts_its_errors(count: int, words: str) -> None:
    assert words in render("feedback", "error_summary(errors)", errors=[("nir", "Le champ est requis.")] * count)


def test_the_chosen_number_of_fiches_stays_chosen() -> None:
    assert "<option selected>50</option>" in render("data", "result_bar('3 fiches trouvées', 50)")


HOSTILE_VALUES = [HOSTILE, Lazy(), Sly("<b>"), ["<b>"], {"<b>": "'"}, None, 3]
EVERYWHERE = """{% macro m(x) %}{{ x }}{% endmacro %}{% macro c(x) %}{{ x }}{{ caller() }}{% endmacro %}
{{ v }}{{ m(v) }}{% call c(v) %}{{ v }}{% endcall %}{% set s %}{{ v }}{% endset %}{{ s }}{{ v ~ v }}{{ [v, v]|join(v) }}
{% for x in [v] %}{{ x }}{% endfor %}{{ '%s'|format(v) }}{% filter lower %}{{ v }}{% endfilter %}
{% block b %}{{ v }}{% endblock %}{{ self.b() }}"""


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: type(value).__name__)
def test_values_are_escaped_wherever_a_template_writes_them(value: object) -> None:
    """Character for character what Jinja itself would write, but for how quotes are spelt."""
    ours = from_string(EVERYWHERE)
    assert ours.root_render_func.__globals__["escape"] is piece
    plain = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(EVERYWHERE)
    assert ours.render(v=value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") == plain.render(v=value)


@pytest.mark.parametrize("markup", [Markup("<b>"), Ready()])
def test_what_is_markup_already_is_written_as_it_is(markup: object) -> None:
    assert from_string("{{ v }}").render(v=markup) == "<b>"


def test_a_misspelt_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("data", "kpis(figurs)")


def test_a_page_says_first_that_the_form_was_refused() -> None:
    page = from_string('{% extends "base.html" %}{% set title = "Recherche" %}')

    assert "<title>Erreur : Recherche – amelipro</title>" in page.render(errors=[("nir", "Le champ est requis.")])
    assert "<title>Recherche – amelipro</title>" in page.render(errors=[])
