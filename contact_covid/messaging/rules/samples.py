"""One content of each template, about nobody, with everything known: what a preview shows."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from contact_covid.core.diseases import usual
from contact_covid.core.period import PARIS
from contact_covid.messaging.enums import Template
from contact_covid.messaging.rules.content import Content, Linked
from contact_covid.messaging.rules.contents import (
    ConfirmChange,
    ConfirmCreation,
    ConfirmEmail,
    EmailChange,
    EmailTaken,
    FactorChanged,
    FundReport,
    HandOverAlert,
    Invitation,
    LetterAsked,
    LoginCode,
    LoginNotice,
    PasswordChanged,
    ProvisionalCode,
    ResetPassword,
    SharedEmail,
    UnusedAccount,
)
from contact_covid.messaging.rules.person_contents import (
    Callback,
    EndOfIsolation,
    PersonalLink,
    Unreachable,
    instructions,
)
from contact_covid.messaging.rules.rights import (
    RightsAccess,
    RightsOpposed,
    RightsReceived,
    RightsRectified,
    RightsRefused,
)

_PERSON, _NUMBER = "EXEMPLE Camille", "K7M42QXD"
_HOME = {"street": "1 rue de l’Exemple", "postcode": "93100", "commune": "Montreuil"}
_PROFESSIONAL, _PLACE = "Dr Camille EXEMPLE", "Cabinet de l’Exemple"
_HOURS, _MINUTES = 24, 10


def samples(*, today: date, address: str) -> Mapping[Template, Content]:
    """By template. ``address``: of the portal, which links begin with; their secret part is as long as a real one."""
    link, page = f"{address}/lien/{'x' * 43}/", f"{address}/connexion/"
    made: tuple[Content, ...] = (
        *_to_persons(today, link),
        *_about_rights(today),
        *_to_accounts(today, link, page),
    )
    return {content.template: content for content in made}


def _to_persons(today: date, link: str) -> tuple[Content, ...]:
    return (
        instructions(
            _NUMBER,
            {"name": _PERSON, **_HOME},
            department="93",
            last_contact=today - timedelta(days=3),
            isolation_until=today + timedelta(days=11),
            mask_until=today + timedelta(days=11),
            tests=[(today, "antigen"), (today + timedelta(days=4), "laboratory")],
            told_on=today,
            index_agrees=True,
            index_name="MODÈLE Dominique",
            disease=usual(),
        ),
        Unreachable(name=_PERSON, number=_NUMBER, **_HOME),
        PersonalLink(name=_PERSON, link=link, hours=14 * _HOURS, number=_NUMBER),
        Callback(name=_PERSON, number=_NUMBER, day=today, time="14:30", **_HOME),
        EndOfIsolation(name=_PERSON, number=_NUMBER, until=today, disease=usual(), **_HOME),
    )


def _about_rights(today: date) -> tuple[Content, ...]:
    head: dict[str, Any] = {"name": _PERSON, "reference": "K7M4-2QXD", "received_on": today, **_HOME}
    return (
        RightsReceived(request="access", due_on=today + timedelta(days=30), **head),
        RightsAccess(request="access", found=True, **head),
        RightsRectified(request="rectification", fields=("phone",), **head),
        RightsOpposed(request="opposition", erased=True, kept_in=False, **head),
        RightsRefused(request="opposition", reason="index_case", **head),
    )


def _to_accounts(today: date, link: str, page: str) -> tuple[Content, ...]:
    linked: tuple[type[Linked], ...] = (ConfirmEmail, ConfirmCreation, ConfirmChange, ResetPassword)
    return (
        *(kind(name=_PROFESSIONAL, link=link, hours=_HOURS) for kind in linked),
        Invitation(name=_PROFESSIONAL, link=link, hours=_HOURS, inviter=_PROFESSIONAL, place=_PLACE, role="Secrétaire"),
        SharedEmail(page=page),
        EmailTaken(page=page),
        PasswordChanged(page=page, name=_PROFESSIONAL),
        EmailChange(page=page, name=_PROFESSIONAL, done=True),
        LetterAsked(),
        ProvisionalCode(
            name=_PROFESSIONAL,
            number="939000018",
            code="ABCD-EFGH",
            valid_until=today + timedelta(days=30),
            page=page,
            place=_PLACE,
            **_HOME,
        ),
        LoginCode(name=_PROFESSIONAL, code="012345", minutes=_MINUTES),
        FactorChanged(name=_PROFESSIONAL, change="added"),
        HandOverAlert(page=page, number=_NUMBER, due_at=datetime.combine(today, time(18), PARIS)),
        FundReport(
            name=_PROFESSIONAL,
            number="939000018",
            place=_PLACE,
            address="1 rue de l’Exemple, 93100 Montreuil",
            text="Mon adresse a changé.",
            reply_to="camille@example.org",
        ),
        LoginNotice(name=_PROFESSIONAL, at="13/05/2020 10:00", way="carte CPS", device="ordinateur"),
        UnusedAccount(name=_PROFESSIONAL, blocked_on=today + timedelta(days=15)),
    )
