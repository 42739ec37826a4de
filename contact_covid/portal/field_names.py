"""What each field of a fiche is called in the middle of a sentence: one table for histories, conflicts, the journal."""

from collections.abc import Iterable, Mapping, Sequence

OTHER = "autre information"
FIELD_NAMES: Mapping[str, str] = {
    "nir": "numéro de sécurité sociale",
    "nir_holder": "titulaire du numéro",
    "birth_name": "nom de naissance",
    "used_name": "nom d’usage",
    "first_names": "prénoms",
    "birth_date": "date de naissance",
    "sex": "sexe",
    "representative": "représentant légal",
    "representative_phone": "téléphone du représentant légal",
    "representative_unknown": "représentant légal non connu",
    "phone": "téléphone",
    "phone_2": "deuxième téléphone",
    "phone_3": "troisième téléphone",
    "phones": "autres téléphones",
    "coverage": "couverture",
    "quality": "couverture",
    "email": "e-mail",
    "street": "voie",
    "postcode": "code postal",
    "commune": "commune",
    "country": "pays",
    "department": "département",
    "scheme": "régime",
    "fund": "caisse",
    "centre": "centre",
    "onset": "date des premiers symptômes",
    "no_symptoms": "sans symptôme",
    "sampled_on": "date du prélèvement",
    "result_on": "date du résultat",
    "test_kind": "type de test",
    "health_worker": "professionnel de santé",
    "social_support": "accompagnement social",
    "answers": "questions sur la maladie",
    "disease": "maladie",
    "support_needs": "accompagnement social",
    "need_meals": "courses et repas",
    "need_lodging": "hébergement",
    "need_children": "garde d’enfants",
    "need_care": "soins ou aide à domicile",
    "need_other": "autre besoin",
    "vaccinated_on": "vaccination complète",
    "symptoms_ended_on": "fin des symptômes",
    "recovered_on": "guérison",
    "negative_on": "test négatif",
    "last_contact": "dernier contact",
    "same_household": "même foyer",
    "circumstance": "circonstance",
    "calls_self": "qui appelle",
    "consent": "consentement",
    "stays": "lieux fréquentés",
    "masks": "délivrance de masques",
    "test": "test",
    "language": "langue",
    "symptoms": "symptômes signalés",
    "call": "appel",
    "closure": "clôture",
}


def named(names: Iterable[str]) -> Mapping[str, str]:
    """The part of the table that a page shows."""
    return {name: FIELD_NAMES[name] for name in names}


def changes(fields: Sequence[str], names: Mapping[str, str] = FIELD_NAMES) -> str:
    """« téléphone, voie » from the codes of what changed; what has no name stays unnamed."""
    return ", ".join(dict.fromkeys(names.get(field, OTHER) for field in fields)) or OTHER
