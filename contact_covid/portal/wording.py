"""The French sentence of every error of the floors below, by its code. A test proves the table total."""

from collections.abc import Mapping
from enum import StrEnum

from django.conf import settings

from contact_covid.accounts.actions.letters import are_sent

_OR_CARD = " ou connectez-vous avec votre carte CPS"
_OR_LETTER = ", ou demandez un mot de passe provisoire par courrier postal"
_OTHERWISE = "Sinon, demandez un mot de passe provisoire par courrier postal."
_OTHERWISE_CALL = "Sinon, appelez l’assistance technique."

SENTENCES: Mapping[str, str] = {
    # Fields in general
    "required": "Le champ est requis.",
    "invalid": "La valeur saisie n’est pas valide.",
    "invalid_choice": "Choisissez une des réponses proposées.",
    "too_long": "Le texte saisi est trop long.",
    "form.sent_otherwise": "Ce formulaire a déjà été envoyé avec d’autres réponses. Vérifiez-les, puis validez.",
    "number.invalid": "Saisissez un nombre entier.",
    "date.invalid": "La date saisie est invalide.",
    "moment.invalid": "Indiquez un jour et une heure, par exemple 24/05/2020 14:30.",
    "postcode.unknown": "Renseignez un code postal ou un département existant.",
    "email.invalid": "Le format de l’adresse e-mail n’est pas valide.",
    "diary.temperature": "La température est entre 34 et 43 degrés.",
    # core
    "nir.invalid": "Le numéro de sécurité sociale est invalide.",
    "nir.key": "La clé de contrôle est invalide.",
    "nir.sex_differs": "Le numéro de sécurité sociale contredit le sexe indiqué. Confirmez-vous ?",
    "nir.birth_year_differs": "Le numéro de sécurité sociale contredit l’année de naissance. Confirmez-vous ?",
    "nir.birth_month_differs": "Le numéro de sécurité sociale contredit le mois de naissance. Confirmez-vous ?",
    "nir.place_unusual": "Le numéro de sécurité sociale contient un lieu de naissance inhabituel. Confirmez-vous ?",
    "phone.invalid": "Le numéro de téléphone doit contenir 10 chiffres.",
    "rpps.invalid": "Le numéro RPPS est invalide.",
    "adeli.invalid": "Le numéro ADELI est invalide.",
    "finess.invalid": "Le numéro FINESS est invalide.",
    "siret.invalid": "Le numéro SIRET est invalide.",
    "am_number.invalid": "Le numéro d’Assurance Maladie est invalide.",
    "national_id.invalid": "L’identifiant national du professionnel est invalide.",
    "iban.invalid": "Les 4 derniers caractères de l’IBAN sont invalides.",
    "record_number.invalid": "Le numéro de fiche est invalide.",
    # accounts
    "login.refused": (
        "Identifiant ou mot de passe incorrect. "
        "Si vous partagez cette adresse e-mail, utilisez votre numéro d’Assurance Maladie ou FINESS."
    ),
    "login.blocked": "Votre compte est bloqué. Veuillez réessayer dans {minutes} min{or_card}.",
    "login.no_open_post": (
        "Votre compte n’est rattaché à aucune structure ouverte. Si un accès vous est promis, vérifiez sa date de "
        "début ; sinon, appelez l’assistance technique."
    ),
    "one_login.mails_spent": (
        "Trois messages ont déjà été envoyés. Vérifiez vos courriers indésirables, ou réessayez dans {minutes} min."
    ),
    "psc.refused": "La réponse de Pro Santé Connect n’a pas pu être vérifiée. Recommencez votre identification.",
    "psc.unavailable": (
        "Pro Santé Connect ne répond pas pour le moment. Réessayez plus tard ou connectez-vous d’une autre façon."
    ),
    "psc.cancelled": "Votre identification par Pro Santé Connect a été interrompue. Recommencez quand vous voulez.",
    "psc.no_account": "Pro Santé Connect vous a identifié, mais vous n’avez pas encore de compte. Créez-le d’abord.",
    "psc.no_practice": (
        "Pro Santé Connect vous a identifié, mais aucun lieu d’exercice n’est enregistré à votre nom. "
        "Faites-le enregistrer par votre caisse, puis créez votre compte."
    ),
    "proof.refused": "Ce code n’est pas le bon, ou il n’est plus valable. Saisissez le dernier code affiché ou reçu.",
    "proof.blocked": "Trop de codes incorrects. Réessayez dans {minutes} min{or_card}.",
    "proof.too_many_mails": "Trop de codes demandés. Saisissez le dernier reçu, ou réessayez dans {minutes} min.",
    "proof.no_address": "Votre compte n’a pas d’adresse e-mail à lui seul : choisissez un autre moyen de vérification.",
    "passkey.refused": "Cette clé d’accès n’a pas pu être vérifiée. Recommencez, ou choisissez un autre moyen.",
    "factor.wrong_code": "Ce code n’est pas celui de l’application. Vérifiez l’heure du téléphone et réessayez.",
    "factor.over": "L’ajout a expiré ou a déjà été fait. Recommencez depuis la liste de vos moyens de vérification.",
    "factor.last": (
        "Votre profil exige une seconde vérification : ajoutez un autre moyen avant de supprimer le dernier."
    ),
    "factor.too_many": "Vous avez déjà 10 moyens de vérification : supprimez-en un avant d’en ajouter un autre.",
    "link.over": "Ce lien n’est plus valable : il a déjà servi, ou il est trop ancien. Demandez-en un nouveau.",
    "place_number.invalid": "Saisissez un n° d’Assurance Maladie (8 à 11 chiffres) ou un n° FINESS (9 caractères).",
    "conditions.not_accepted": "Acceptez les conditions juridiques pour créer votre compte.",
    "factor.recovery_made": (
        "Vos codes de secours ont changé depuis l’affichage de cette page : ceux qui existent restent valables. "
        "Si vous ne les avez pas notés, créez-en d’autres."
    ),
    "letter.unavailable": ("Aucun courrier postal ne part de ce service actuellement. Appelez l’assistance technique."),
    "security_key.refused": (
        "Ces informations n’ont pas permis de vous identifier : vérifiez-les. "
        "Si vous avez déjà un compte, utilisez « Mot de passe oublié ». "
        "{otherwise}"
    ),
    "security_key.blocked": (
        "La création par clé de sécurité est bloquée pour ce numéro après trois essais. Réessayez dans {minutes} min"
        "{or_letter}."
    ),
    "enrolment.too_many": "Plusieurs mails vous ont déjà été envoyés. Attendez une heure avant d’en demander un autre.",
    "enrolment.account_exists": (
        "Un compte existe déjà pour ce numéro. Connectez-vous ; au besoin, utilisez « Mot de passe oublié »."
    ),
    "enrolment.address_taken": (
        "Cette adresse e-mail est déjà le seul identifiant d’un autre compte. Recommencez avec une autre adresse."
    ),
    "card.none_given": "Aucune carte n’a été présentée. Insérez-la dans le lecteur, puis choisissez son certificat.",
    "card.unreadable": "Le certificat de la carte n’a pas pu être lu. Retirez la carte du lecteur et réessayez.",
    "card.expired": "Votre carte est arrivée à expiration. Utilisez votre nouvelle carte.",
    "card.not_yet_valid": "Votre carte n’est pas encore valable. Vérifiez la date de votre ordinateur.",
    "card.wrong_use": "Ce certificat ne sert pas à se connecter. Choisissez le certificat d’authentification.",
    "card.unknown_issuer": "Ce certificat n’est pas celui d’une carte CPS ou CPE. Choisissez celui de votre carte.",
    "card.revoked": "Cette carte a été mise en opposition : elle n’ouvre plus aucun accès.",
    "card.list_stale": "Votre carte ne peut pas être vérifiée pour le moment. Réessayez dans quelques minutes.",
    "card.no_person": "Ce certificat ne désigne pas une personne. Choisissez celui de votre carte personnelle.",
    "card.ticket_over": "La lecture de votre carte n’est plus valable. Recommencez depuis la page de connexion.",
    "card.account_closed": "Votre compte est désactivé. Appelez l’assistance technique.",
    "card.unavailable": "La lecture des cartes est momentanément indisponible. Réessayez dans quelques instants.",
    "card.director": (
        "La création de compte par carte n’est pas ouverte aux directeurs d’établissement. "
        "Créez votre compte sans carte, ou appelez l’assistance technique."
    ),
    "card.no_place": "Aucun lieu d’exercice ouvert n’est connu pour cette carte. Appelez l’assistance technique.",
    "own_account.same_email": "Cette adresse est déjà celle de votre compte.",
    "own_account.email_taken": "Cette adresse e-mail est utilisée par un autre compte. Choisissez-en une autre.",
    "own_account.mails_spent": "Trop d’e-mails ont été demandés. Réessayez dans {minutes} min.",
    "own_account.not_agreed": "Cochez la case pour que votre adresse puisse être utilisée.",
    "own_account.wrong_password": "Le mot de passe actuel est incorrect.",
    "own_account.tries_spent": "Trop d’essais incorrects. Réessayez dans {minutes} min.",
    "own_account.same_password": "Le nouveau mot de passe est identique à l’ancien. Choisissez-en un autre.",
    "fund_report.place_unknown": "Ce lieu ne peut pas être signalé en ligne. Appelez votre caisse.",
    "fund_report.too_long": "Le message ne peut pas dépasser 2 000 caractères.",
    "password_too_short": "Votre mot de passe doit avoir au moins 8 caractères.",
    "password_too_long": "Votre mot de passe doit avoir au plus 128 caractères.",
    "password_broken_text": "Le mot de passe contient un caractère qui ne peut pas être saisi.",
    "password_too_common": "Ce mot de passe est trop courant.",
    "password_too_similar": "Ce mot de passe ressemble trop à votre nom ou à votre adresse e-mail.",
    "password_context": "Ce mot de passe contient un mot du service, facile à deviner.",
    "password_no_lower": "Votre mot de passe doit avoir au moins une minuscule.",
    "password_no_upper": "Votre mot de passe doit avoir au moins une majuscule.",
    "password_no_digit": "Votre mot de passe doit avoir au moins un chiffre.",
    "password_no_special": "Votre mot de passe doit avoir au moins un caractère spécial (dollar, dièse…).",
    "password.differs": "Les deux mots de passe sont différents. Saisissez deux fois le même.",
    "password_reused": "Ce mot de passe a déjà servi : choisissez-en un nouveau.",
    "invitation.past": "La date de début est passée : indiquez aujourd’hui ou un jour à venir.",
    "invitation.reversed": "La fin est avant le début : corrigez l’une des deux dates.",
    "invitation.too_long": "Une délégation dure un an au plus.",
    "invitation.not_offered": "Ce choix n’est pas proposé à votre profil : choisissez-en un autre.",
    "invitation.own_address": "Cette adresse est celle de votre compte : saisissez celle de votre délégué.",
    "invitation.herself": "Cette invitation vient de votre propre compte : un autre compte doit l’accepter.",
    "invitation.address_taken": (
        "Un compte utilise déjà cette adresse e-mail. Connectez-vous, puis suivez de nouveau le lien de l’invitation."
    ),
    "invitation.own_access": "Vous ne pouvez pas terminer votre propre accès : demandez-le à un autre responsable.",
    "account.only_login_taken": (
        "L’adresse de ce compte, son seul identifiant, est désormais celle d’un autre compte. "
        "Invitez de nouveau cette personne, à une autre adresse."
    ),
    "organisation.too_short": "Saisissez au moins 3 caractères du nom de la structure.",
    "journal.no_account": "Aucun compte ne répond à cet identifiant.",
    "journal.period_reversed": "La fin de la période est avant son début.",
    "journal.period_missing": "Pour exporter, indiquez le début et la fin de la période, ou un numéro de fiche.",
    "journal.period_too_long": "La période est trop longue pour un export : {days} jours au plus, sauf pour une fiche.",
    "journal.too_many_rows": "Cette recherche contient plus de {rows} lignes : réduisez la période pour l’exporter.",
    # tracing
    "counter.in_future": "La date ne peut pas être dans le futur.",
    "counter.too_old": "La date est trop ancienne : elle remonte à plus de 90 jours.",
    "counter.quantity": "La quantité est un nombre de 1 à {most}.",
    "counter.quantity_alone": (
        "Effacez le nombre de masques, ou répondez «\u00a0Oui\u00a0» : «\u00a0Non\u00a0» veut dire aucun masque."
    ),
    "counter.already_delivered": (
        "Une pharmacie a déjà délivré des masques à cette personne : n’en délivrez pas d’autres."
    ),
    "counter.correction_over": (
        "Une délivrance se corrige le jour même, jusqu’à minuit. "
        "Pour corriger celle-ci, contactez la plateforme de l’Assurance Maladie."
    ),
    "counter.result_before_sampling": "Le résultat ne peut pas précéder le prélèvement.",
    "counter.result_day_alone": "Choisissez un résultat, ou effacez sa date : il est encore «\u00a0En attente\u00a0».",
    "counter.incomplete": "Complétez la date et les autres réponses de ce bloc.",
    "health.in_future": "La date ne peut pas être dans le futur.",
    "health.too_old": "La date est trop ancienne : elle remonte à plus de 90 jours.",
    "health.onset_missing": "Renseignez aussi la date des premiers symptômes.",
    "health.end_before_onset": "La fin des symptômes ne peut pas précéder leur début.",
    "registration.in_future": "La date ne peut pas être dans le futur.",
    "registration.too_old": "La date est trop ancienne : elle remonte à plus de 90 jours.",
    "registration.before_birth": "La date précède la date de naissance.",
    "registration.result_before_sampling": "Le résultat ne peut pas précéder le prélèvement.",
    "registration.names_herself": "Cette personne est le patient zéro lui-même.",
    "registration.onset_or_none": "Renseignez la date des premiers symptômes, ou cochez « Sans symptôme ».",
    "country.unknown": "Pays non reconnu : écrivez son nom en français, ex. : Belgique. En France, laissez vide.",
    "minor.representative": "Pour une personne mineure, renseignez-le ou cochez « Non connu ».",
    "certificate.birth_date_missing": (
        "La date de naissance n’est pas connue : corrigez la fiche, puis demandez de nouveau la lettre."
    ),
    "certificate.tries": "Réessayez dans {minutes} min.",
    "certificate.unknown": (
        "Aucun document délivré ne correspond à cette adresse et à cette date de naissance. Vérifiez-les toutes deux."
    ),
    "certificate.void": (
        "Il a été délivré le {day}, mais la fiche a été annulée ou ses dates ont changé : demandez une nouvelle lettre."
    ),
    "certificate.not_isolated": "Le protocole en vigueur ne demande pas à cette personne de s’isoler : aucune lettre.",
    "certificate.over": "L’isolement est terminé : aucune lettre n’est délivrée.",
    "stay.reversed": "Le dernier jour précède le premier : corrigez l’une des deux dates.",
    "stay.in_future": "La date ne peut pas être dans le futur.",
    "stay.too_old": "La date est trop ancienne : elle remonte à plus de 90 jours.",
    "stay.before_window": (
        "La personne n’était pas encore contagieuse à ces dates : seuls comptent les lieux de sa période de contagion."
    ),
    "registration.department": "Renseignez un code postal ou un département.",
    "secure_link.no_way": (
        "Aucun lien ne peut lui être envoyé : il faut sa date de naissance, et un mobile ou une adresse e-mail qu’elle "
        "accepte. Corrigez la fiche au besoin."
    ),
    "secure_link.too_many": (
        "Trois liens lui ont été envoyés en 24 heures : demandez-lui d’ouvrir le dernier reçu, ou renvoyez-le demain."
    ),
    "secure_link.over": "Cette fiche est clôturée : ses pages sont fermées, aucun lien n’est renvoyé.",
    "merge.kinds_differ": (
        "Un patient zéro et un patient contact gardent chacun leur fiche, même s’il s’agit de la même personne."
    ),
    "merge.not_open": "L’une des deux fiches est clôturée ou annulée : il n’y a plus rien à fusionner.",
    "merge.told_apart": "Ces deux fiches sont marquées comme celles de deux personnes : revenez d’abord sur ce choix.",
    "merge.numbers_differ": (
        "Chacune a son propre numéro de sécurité sociale : ce sont deux personnes. "
        "Si un numéro est faux, corrigez-le d’abord lors d’un appel."
    ),
    "merge.twins": (
        "Même nom, prénoms différents et pas de numéro propre commun : des jumeaux restent deux fiches. "
        "Si un prénom est mal écrit, corrigez-le d’abord lors d’un appel."
    ),
    "merge.birth_dates_differ": (
        "Les dates de naissance diffèrent et rien ne prouve qu’il s’agit d’une personne. "
        "Si une date est fausse, corrigez-la d’abord."
    ),
    "merge.being_called": (
        "Cette personne est au téléphone avec {name}, qui garde sa fiche jusqu’à {until} : réessayez ensuite."
    ),
    "merge.undone": "Cette fusion est déjà défaite.",
    "merge.not_last": "D’autres fiches ont été fusionnées depuis : défaites d’abord la fusion la plus récente.",
    "merge.nothing_kept": "Les données de cette personne ont été effacées : la fusion ne peut plus être défaite.",
    # retention
    "rights.in_future": "La date de réception ne peut pas être dans le futur.",
    "rights.not_checked": "Vérifiez d’abord l’identité de la personne et notez par quoi.",
    "rights.answered": "Cette demande a déjà sa réponse : enregistrez-en une nouvelle au besoin.",
    "rights.nobody_found": "Recherchez d’abord la personne : aucune fiche n’est rattachée à cette demande.",
    "rights.search_incomplete": (
        "Indiquez le numéro de sécurité sociale, le nom et le prénom, ou un numéro de fiche et la date de naissance."
    ),
    "rights.too_many_searches": (
        "Dix recherches ont été faites pour cette demande : demandez à la personne de préciser ses données."
    ),
    "rights.other_kind": "Cette réponse ne convient pas à la demande : vérifiez ce qui est demandé.",
    "rights.proof_not_open": "Cette demande n’est pas venue par le lien personnel : indiquez une autre preuve.",
    "rights.reason_not_open": "La loi n’ouvre pas ce motif pour cette demande : choisissez-en un autre.",
    "rights.reason_untold": "Indiquez l’intérêt de santé publique qui l’emporte et pourquoi.",
    "rights.being_called": (
        "Cette personne est au téléphone avec {name}, qui garde sa fiche jusqu’à {until} : réessayez ensuite."
    ),
    # worklist
    "call.appointment_missing": "Indiquez la date et l’heure du rappel.",
    "call.appointment_past": "Le rappel ne peut pas être dans le passé.",
    "call.appointment_closed": "Les appels se font de 8 h à 19 h, à l’heure du département de la personne.",
    "call.appointment_too_far": "Le rappel a lieu dans les 14 jours.",
    "call.note_too_long": "La note contient au plus 2 000 caractères.",
    "hand_over.unknown": (
        "Aucune fiche ouverte de patient zéro de votre caisse n’a ce numéro. Vérifiez-le, ou cherchez la fiche."
    ),
    "hand_over.already": "Cette fiche est déjà proposée à l’agence, ou suivie par elle : voyez la liste ci-dessous.",
    "hand_over.no_region": "Le département de cette personne n’est pas connu : corrigez sa fiche d’abord.",
    "cluster.too_few": "Un cluster se confirme à partir de trois cas : ajoutez les cas qui manquent.",
    "cluster.no_report": "Rédigez d’abord le rapport de clôture.",
    "cluster.other_region": "Ce département n’est pas de votre région : saisissez-en un autre.",
    "cluster.unknown_fiche": "Aucune fiche de votre région n’a ce numéro. Vérifiez-le.",
    "cluster.not_a_case": "Cette fiche est celle d’un contact : choisissez un autre rôle.",
    "cluster.nothing_chosen": "Cochez au moins une personne de la liste.",
    "cluster.text_too_long": "Le texte contient au plus 2 000 caractères.",
    "cluster.text_empty": "Le champ est requis.",
    "cluster.before_decided": "Cette date précède celle de la décision.",
    "cluster.other_disease": "Cette fiche est d’une autre maladie que le cluster : vérifiez son numéro.",
    "cluster.in_future": "La date ne peut pas être dans le futur.",
    "answer.unknown": "Cette réponse n’est pas valable : choisissez-en une proposée, ou un jour au format JJ/MM/AAAA.",
    "answer.in_future": "La date ne peut pas être dans le futur.",
    "answer.too_old": "La date est trop ancienne : vérifiez l’année.",
    "answer.out_of_range": "Ce nombre n’est pas possible : vérifiez-le.",
    "answer.too_long": "La réponse est trop longue : résumez-la.",
    "support.nothing": "Cochez au moins un besoin.",
    "support.note_too_long": "La précision contient au plus 500 caractères.",
    "support.not_agreed": "Sans l’accord de la personne, rien n’est transmis : demandez-le-lui, puis cochez la case.",
    "support.no_cell": "Aucune cellule d’appui n’est ouverte dans ce département : orientez-la vers sa mairie.",
    "support.open_already": "Une demande est déjà en cours pour cette personne : elle figure ci-dessous.",
    "support.reason_missing": "Choisissez le motif pour lequel la demande reste sans suite.",
    "request.empty": "Précisez votre message.",
    "request.too_long": "Le message contient au plus 2 000 caractères.",
    "request.past": "L’échéance est passée : indiquez un moment à venir.",
    "request.other_fund": "Cette caisse n’est pas de votre région : choisissez-en une autre.",
    "call.language_missing": "Choisissez la langue de la personne : elle sera appelée par un agent qui la parle.",
    "call.representative_missing": "Indiquez le téléphone du représentant légal : c’est lui que l’on rappellera.",
    "delegation.past": "Le dernier jour est déjà passé : choisissez aujourd’hui ou un jour à venir.",
    "delegation.too_long": "Le dernier jour est dans plus de 31 jours : choisissez un jour plus proche.",
    "delegation.no_organisation": "Choisissez une structure de votre caisse.",
    "delegation.no_area": "Choisissez un département de votre caisse.",
    "delegation.postcode_elsewhere": (
        "Saisissez des codes postaux du département choisi, 50 au plus, séparés par des espaces."
    ),
    "delegation.nobody": (
        "Aucune de ces fiches ne peut être confiée : elles ne sont plus à appeler, sont en cours d’appel, ou déjà "
        "confiées. Revenez à la liste et choisissez-en d’autres."
    ),
    "team.name_taken": "Une autre équipe porte déjà ce nom : choisissez-en un autre.",
    "team.too_many": "Votre plateforme a déjà 20 équipes : modifiez-en une, ou supprimez celle qui ne sert plus.",
    "team.changed": (
        "Cette équipe a été modifiée entre-temps. Votre saisie est conservée ci-dessous : comparez-la avec ce qui est "
        "enregistré, puis enregistrez de nouveau."
    ),
    "overflow.no_platform": "Saisissez le code d’une autre caisse, qui a une plateforme.",
    "call.caller_incomplete": "Indiquez un numéro de téléphone, ou un nom et une date de naissance.",
}


def sentence(code: str | StrEnum, **values: object) -> str:
    """The French sentence of an error code; ``values`` fill its blanks (minutes). The ways that
    this installation has not are left out.

    Raises ``KeyError``: a code without sentence, or a blank without value, is a fault of ours.
    """
    letters = are_sent()
    return SENTENCES[str(code)].format(
        or_card=_OR_CARD if settings.CARD_URL else "",
        or_letter=_OR_LETTER if letters else "",
        otherwise=_OTHERWISE if letters else _OTHERWISE_CALL,
        **values,
    )
