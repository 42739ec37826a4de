"""A form that meets what was written meanwhile: who wrote, what, and what is stored otherwise than was typed."""

from collections.abc import Callable, Mapping

from contact_covid.accounts.queries import names_of
from contact_covid.core.dates import datetime_fr
from contact_covid.tracing.queries import LastChange


def who_and_what(change: LastChange | None, what: str) -> str:
    """« Mme Claire VASSEUR – Pharmacie Nation, le 13/05/2020 09:40 : téléphone. »"""
    if change is None:
        return "Une autre personne l’a modifiée."
    name = names_of({change.account}).get(change.account, "") if change.account else ""
    nobody = "La personne elle-même" if change.by_person else "Le service"
    who = " – ".join(part for part in (name, change.practice) if part) or nobody
    return f"{who}, le {datetime_fr(change.at)} : {what}."


def differences(
    typed: Mapping[str, str], stored: Mapping[str, str], labels: Mapping[str, str], shown: Callable[[str, str], str]
) -> list[str]:
    """One line « Enregistré autrement que dans votre saisie – téléphone : 06 39 98 12 34. », none when all agrees."""
    differ = [name for name in labels if name in stored and _compact(typed.get(name, "")) != _compact(stored[name])]
    told = " ; ".join(f"{labels[name]} : {shown(name, stored[name])}" for name in differ)
    return [f"Enregistré autrement que dans votre saisie – {told}."] if told else []


def _compact(text: str) -> str:
    return "".join(text.split()).casefold()
