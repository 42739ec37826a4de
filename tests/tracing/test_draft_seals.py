"""A dump taken in the middle of a registration, and of what two practices typed of one person, shows no trait."""

from contact_covid.core.idempotency import submission
from contact_covid.directory.actions import load_reference
from contact_covid.tracing.actions import drafts
from contact_covid.tracing.models import Declaration, Draft
from tests.cast import PAUL, PAULA, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.dump import betrayals


def test_neither_a_draft_nor_a_declaration_shows_a_trait(fresh_database: str) -> None:
    load_reference(now=NOW)
    child = person(3, nir="", representative="Zqguardian Zqmother", representative_phone="+33639980077")
    typed = person(2, street="9 quai Zqplanted", email="zqnew@zqnew.example")
    draft = drafts.start_draft(actor=PAUL, dossier=dossier(person(1)), submission=submission("a", {}), now=NOW)
    for contact in (named(child), named(person(4))):
        key = submission(contact.identity.birth_name, {})
        drafts.add_contact(actor=PAUL, draft=draft, contact=contact, submission=key, now=NOW)
    enter(dossier(person(5), named(person(2))))
    enter(dossier(person(6), named(typed)), by=PAULA)

    assert (Draft.objects.count(), Declaration.objects.count()) == (1, 1)
    everyone = [child, typed, *(person(number) for number in range(1, 7))]
    guardian = person(900, birth_name="Zqguardian", first_names="Zqmother", phone="+33639980077")
    assert betrayals(fresh_database, [*everyone, guardian]) == set()
