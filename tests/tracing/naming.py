"""The tables that name a fiche: each rule about fiches says of each whether it holds there."""

from django.apps import apps

from contact_covid.tracing.models import Fiche


def naming_fiches() -> set[str]:
    """« table.column » of whatever points to fiches, by a key or by its name."""
    return {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Fiche or (field.name in ("fiche", "fiches") and field.related_model is None)
    }
