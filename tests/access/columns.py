"""What every column that could hold text or bytes holds: one table. A new column is classified here by hand.

sealed: whatever can hold a person's trait. code: of an enumeration, a number or an id that means nothing by itself.
professional: about those who work with the service. reference: published. digest: of a value, no way leads back.
secret: of a second factor, sealed under the account keys, or what such a one is asked.
"""

SEALED = ["people_sealed_identity.value", "tracing_declaration.value", "tracing_draft.value", "worklist_attempt.note"]
SEALED += ["tracing_stay.value", "messaging_message.recipient", "messaging_message.content", "worklist_lease.typed"]
SEALED += ["accounts_psc_login.id_token", "clusters_cluster.place", "clusters_measure.note", "clusters_note.value"]
SEALED += ["clusters_closing_report.conclusion", "clusters_request_note.value"]
SEALED += ["support_request.note", "tracing_answers.value"]
SEALED += ["tracing_merge.kept", "retention_request.details"]

CODE = [
    *["accounts_post.role", "accounts_post.fund_id", "accounts_post.region_id", "accounts_session.ended_reason"],
    *["accounts_invitation.delegation", "accounts_invitation.role"],
    *["accounts_session.steps", "accounts_enrolment.route", "accounts_mailed_link.purpose"],
    *["accounts_factor.kind", "accounts_challenge.kind", "accounts_recovery_code.mark"],
    *["clusters_hand_over.fund", "clusters_hand_over.region", "clusters_hand_over.reason"],
    *["clusters_hand_over.state", "clusters_hand_over.answer", "tracing_reach.region"],
    *["clusters_cluster.number", "clusters_cluster.region", "clusters_cluster.department", "clusters_cluster.setting"],
    *["clusters_cluster.spread", "clusters_cluster.criticality", "clusters_cluster.period", "clusters_cluster.state"],
    *["clusters_member.role", "clusters_step.state", "clusters_measure.kind"],
    *["clusters_signal.region", "clusters_signal.department", "clusters_signal.ground", "clusters_signal.setting"],
    *["clusters_signal.state", "clusters_signal.rejection", "clusters_signal.policy"],
    *["clusters_request.region", "clusters_request.fund", "clusters_request.kind", "clusters_request.state"],
    "clusters_request_note.state",
    *["demo_fiche.nir_holder", "demo_fiche.size", "demo_load.size", "demo_progress.size"],
    *["journal_entry.kind", "journal_entry.role", "journal_entry.purpose", "journal_entry.surface"],
    *["journal_entry.fiches", "journal_entry.detail"],
    *["messaging_message.channel", "messaging_message.template", "messaging_message.language"],
    *["messaging_message.number", "messaging_message.period", "messaging_message.state", "messaging_message.failure"],
    *["messaging_message.department", "messaging_message.answer", "messaging_refusal.channel"],
    *["tracing_fiche.disease", "clusters_cluster.disease", "clusters_signal.disease"],
    "tracing_answers.period",
    *["support_request.needs", "support_request.state", "support_request.reason"],
    *["people_alert.kind", "people_lookup.fiches", "people_sealed_identity.period"],
    *["people_search_key.period", "people_search_key.kind", "people_search_key.area"],
    *["tracing_contact.tests", "tracing_dates_computed.protocol", "tracing_dates_computed.tests"],
    *["retention_request.reference", "retention_request.kind", "retention_request.channel", "retention_request.state"],
    *["retention_request.proof", "retention_request.reason", "retention_request.rectified", "retention_request.period"],
    *["tracing_contact.protocol", "tracing_index_case.protocol", "tracing_index_case.test_kind"],
    *["tracing_exposure.circumstance", "tracing_exposure.consent"],
    *["tracing_fiche.number", "tracing_fiche.kind", "tracing_fiche.call", "tracing_fiche.test"],
    *["tracing_fiche.closure", "tracing_fiche.state", "tracing_fiche.consent", "tracing_fiche.factors"],
    *["tracing_fiche.support_needs", "tracing_declaration.support_needs"],
    *["tracing_fiche.department", "tracing_fiche.region", "tracing_fiche.fund", "tracing_fiche.language"],
    *["tracing_fiche.call_reason", "tracing_fiche.closure_reason", "worklist_attempt.outcome", "worklist_lease.ended"],
    *["tracing_declaration.period", "tracing_declaration.department", "tracing_declaration.consent"],
    *["tracing_declaration.test_kind", "tracing_draft.period", "tracing_test.kind", "tracing_test.result"],
    *["tracing_test.place", "tracing_mask_delivery.protocol"],
    *["tracing_secure_link.channel", "tracing_diary_entry.symptoms"],
    *["worklist_queue_pause.fund", "worklist_queue_pause.kind", "worklist_queue_pause.reason"],
    *["worklist_overflow.fund", "worklist_overflow.helper"],
    *["worklist_team.work_on", "worklist_team.work"],
    *["worklist_job.fund", "worklist_job.act", "worklist_job.state"],
    *["worklist_job_item.state", "worklist_job_item.refusal"],
    *["worklist_delegation.fund", "worklist_delegation.department", "worklist_delegation.postcodes"],
    *["tracing_stay.kind", "tracing_stay.department", "tracing_stay.period"],
]

PROFESSIONAL = [
    *["accounts_account.password", "accounts_account.email", "accounts_account.title"],
    *["accounts_account.last_name", "accounts_account.first_name"],
    *["accounts_invitation.email", "accounts_former_password.password"],
    *["accounts_enrolment.email", "accounts_enrolment.password", "accounts_mailed_link.email"],
    *["accounts_security_key.key", "accounts_letter_code.code"],
    *["accounts_card_reading.national_id", "accounts_card_reading.title"],
    *["accounts_card_reading.last_name", "accounts_card_reading.first_name"],
    "accounts_factor.name",
    *["worklist_skills.languages", "worklist_skills.kinds", "worklist_team.name"],
    *["directory_organisation.kind", "directory_organisation.finess", "directory_organisation.name"],
    *["directory_organisation.street", "directory_organisation.postcode", "directory_organisation.commune"],
    *["directory_organisation.department_id", "directory_organisation.fund_id", "directory_organisation.region_id"],
    *["directory_practice.number", "directory_practice.name", "directory_practice.convention"],
    *["directory_practice.street", "directory_practice.postcode", "directory_practice.commune"],
    *["directory_practice.department_id", "directory_practice.fund_id", "directory_practice.place"],
    *["directory_formernumber.adeli", "directory_formernumber.rpps"],
    *["directory_professional.national_id", "directory_professional.title", "directory_professional.last_name"],
    *["directory_professional.first_name", "directory_professional.profession", "directory_professional.specialty"],
]

REFERENCE = [
    *["directory_centre.code", "directory_centre.fund_id"],
    *["directory_commune.insee", "directory_commune.name", "directory_commune.folded"],
    *["directory_commune.postcodes", "directory_commune.department_id"],
    *["directory_department.code", "directory_department.name", "directory_department.timezone"],
    *["directory_department.region_id", "directory_region.code", "directory_region.name"],
    *["directory_fund.code", "directory_fund.name", "directory_fund.seat_name", "directory_fund.street"],
    *["directory_fund.postcode", "directory_fund.commune", "directory_fund.phone", "directory_fund.areas"],
    "accounts_revocation_list.content",
    *[
        "directory_fund.email",
        "directory_fund.department_id",
        "directory_fund.scheme_id",
        "directory_scheme.code",
        "directory_scheme.name",
    ],
    *["directory_referenceload.name", "directory_referenceload.version"],
]

DIGEST = [
    *["accounts_login_guard.key", "accounts_session.token_digest", "accounts_mailed_link.token_digest"],
    *["accounts_card_reading.token_digest", "accounts_card_reading.nonce_digest", "accounts_revocation_list.issuer"],
    *["accounts_psc_login.digest", "accounts_revocation_list.digest"],
    *["core_idempotency_key.key", "core_idempotency_key.body"],
    *["journal_batch.root", "journal_batch.head"],
    *["people_lookup.digest", "people_search_key.digest", "tracing_stay.places"],
    *["clusters_cluster.places", "clusters_signal.places"],
    *["tracing_secure_link.token_digest", "tracing_person_session.token_digest"],
    *["tracing_certificate.digest", "tracing_certificate.birth"],
]

SECRET = ["accounts_factor.secret", "accounts_recovery_code.code", "accounts_challenge.value"]

CLASSES = {"sealed": SEALED, "code": CODE, "professional": PROFESSIONAL, "reference": REFERENCE, "digest": DIGEST}
CLASSES |= {"secret": SECRET}
