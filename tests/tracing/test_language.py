"""A person has one language: of her pages, of what is written to her, and of who calls her."""

from datetime import timedelta

import pytest
from django.apps import apps

from contact_covid.messaging.enums import Language
from contact_covid.messaging.models import Message
from contact_covid.tracing import models
from contact_covid.tracing.actions.notices import send_instructions, send_new_dates
from contact_covid.tracing.actions.person_acts import choose_language
from contact_covid.tracing.actions.secure_links import open_link
from contact_covid.tracing.enums import Spoken
from contact_covid.tracing.link_queries import actor_for_link
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import last_change
from contact_covid.tracing.rules.languages import learnt, written_for
from tests.cast import BORN, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.linking import links_first, person_behind, token_of
from tests.worklist.calls import JULIEN

SOON = NOW + timedelta(minutes=20)


@pytest.mark.parametrize(("spoken", "written"), [("fr", "fr"), ("en", "en"), ("ar", "ar"), ("wo", "fr"), ("und", "fr")])
def test_what_is_written_is_in_her_language_else_in_french(spoken: str, written: str) -> None:
    assert written_for(spoken) == written


@pytest.mark.parametrize(
    ("known", "asked", "then"), [("fr", "en", "en"), ("fr", "fr", "fr"), ("ar", "fr", "ar"), ("wo", "en", "wo")]
)
def test_a_message_in_another_language_says_hers_when_nobody_had(known: str, asked: str, then: str) -> None:
    assert learnt(known, Language(asked)) == then


def test_every_language_that_is_written_is_spoken() -> None:
    assert set(Language.values) <= set(Spoken.values)


def test_no_other_row_about_her_has_a_language() -> None:
    """Beside the fiche: what was asked for of one message, and what an agent speaks."""
    found = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in ("language", "spoken")
    }
    assert found == {models.Fiche._meta.db_table, Message._meta.db_table}


@pytest.mark.usefixtures("rolled_back")
class TestOfHer:
    def registered(self, language: Spoken = Spoken.FRENCH, *, household: bool = False) -> Fiche:
        with links_first():
            [made] = enter(dossier(person(9)))
            Fiche.objects.filter(id=made.index.id).update(language=language)
            [again] = enter(dossier(person(9), named(person(1), same_household=household)), now=NOW)
        return Fiche.objects.get(id=again.contacts[0].id)

    def test_what_she_chooses_on_her_pages_holds_everywhere(self) -> None:
        fiche = self.registered()
        choose_language(actor=person_behind(fiche, SOON), language=Language("ar"), now=SOON)
        changed = Fiche.objects.get(id=fiche.id)
        assert (changed.language, changed.version) == (Spoken.ARABIC, fiche.version + 1)
        here = actor_for_link(open_link(token=token_of(fiche.id), born=BORN, now=SOON), SOON)
        assert here
        assert here.language == "ar"
        send_new_dates(fiche=changed, now=SOON)
        assert Message.objects.filter(fiche=fiche.id).latest("id").language == "ar"
        change = last_change(fiche.number)
        assert change
        assert (change.fields, change.by_person) == (("language",), True)

    def test_chosen_twice_it_is_written_once(self) -> None:
        fiche = self.registered()
        for _ in range(2):
            choose_language(actor=person_behind(fiche, SOON), language=Language.ENGLISH, now=SOON)
        assert Fiche.objects.get(id=fiche.id).version == fiche.version + 1

    def test_what_an_agent_wrote_down_is_what_her_pages_speak(self) -> None:
        fiche = self.registered()
        Fiche.objects.filter(id=fiche.id).update(language=Spoken.ENGLISH)
        here = actor_for_link(open_link(token=token_of(fiche.id), born=BORN, now=SOON), SOON)
        assert here
        assert here.language is Language.ENGLISH

    def test_the_language_of_the_first_message_is_that_of_the_next(self) -> None:
        fiche = self.registered()
        send_instructions(actor=JULIEN, fiche=fiche, language=Language.ENGLISH, now=SOON)
        fiche = Fiche.objects.get(id=fiche.id)
        assert fiche.language == Spoken.ENGLISH
        send_new_dates(fiche=fiche, now=SOON)
        assert Message.objects.filter(fiche=fiche.id).latest("id").language == "en"

    @pytest.mark.parametrize("household", [False, True])
    def test_who_is_named_in_a_household_speaks_its_language(self, *, household: bool) -> None:
        fiche = self.registered(Spoken.ARABIC, household=household)
        assert fiche.language == (Spoken.ARABIC if household else Spoken.FRENCH)
        assert Message.objects.get(fiche=fiche.id).language == ("ar" if household else "fr")
