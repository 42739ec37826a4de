"""The one statement by which an agent is given the next person."""

from functools import cache

from contact_covid.worklist.rules.teams import Work

# Who of ``tracing_fiche`` may be given to this agent by the queue. ``me``, ``spoken`` and ``asleep`` are read once.
_FREE = """
    closure = 'open' AND call IN ('to_call', 'call_back') AND callable_from IS NOT NULL
    AND callable_from <= %(now)s AND department <> ALL(%(closed)s)
    AND NOT EXISTS (
        SELECT 1 FROM worklist_lease lease
        WHERE lease.fiche_id = tracing_fiche.id AND lease.ended_at IS NULL AND lease.expires_at > %(now)s)
"""
_FITS = f"""{_FREE}
    AND (language <> ALL(ARRAY(SELECT language FROM spoken)) OR language = ANY(ARRAY(SELECT unnest(languages) FROM me)))
    AND (cardinality(ARRAY(SELECT unnest(kinds) FROM me)) = 0
        OR CASE WHEN told_at IS NOT NULL THEN 'follow_up' ELSE kind END = ANY(ARRAY(SELECT unnest(kinds) FROM me)))
    AND NOT EXISTS (
        SELECT 1 FROM worklist_queue_pause pause
        WHERE pause.fund = tracing_fiche.fund AND pause.kind = tracing_fiche.kind)
    AND NOT EXISTS (
        SELECT 1 FROM worklist_assignment other
        WHERE other.fiche_id = tracing_fiche.id AND other.until > %(now)s AND other.account <> %(account)s)
"""
# Languages beside French that somebody at work here speaks: others are called with an interpreter, by anybody.
_SPOKEN = """
    SELECT DISTINCT unnest(skills.languages) AS language FROM worklist_skills skills
    WHERE skills.organisation = %(organisation)s
      AND NOT EXISTS (
        SELECT 1 FROM worklist_agent_pause pause
        WHERE pause.organisation = skills.organisation AND pause.account = skills.account)
      AND EXISTS (
        SELECT 1 FROM accounts_post post JOIN accounts_account account ON account.id = post.account_id
        LEFT JOIN directory_practice place ON place.id = post.practice_id
        WHERE post.account_id = skills.account AND account.is_active AND post.starts_at <= %(now)s
          AND (post.ends_at IS NULL OR post.ends_at > %(now)s)
          AND coalesce(post.organisation_id, place.organisation_id) = skills.organisation)
"""
# ``queued``: whom the supervisor gave this agent, else the most urgent person of her team's work, else of the own fund,
# else of the fund that waits most among those that are helped. Nobody else holds her or is just taking her. An expired
# lease is ended by who takes its fiche; of two who read the same queue, the unique index lets one through and the other
# looks again.
_CLAIM = f"""
WITH held AS (
    SELECT id, fiche_id, expires_at, FALSE AS fresh FROM worklist_lease
    WHERE account = %(account)s AND ended_at IS NULL AND expires_at > %(now)s ORDER BY taken_at DESC LIMIT 1
), resting AS (
    SELECT 1 FROM worklist_agent_pause WHERE organisation = %(organisation)s AND account = %(account)s
), me AS (
    SELECT languages, kinds FROM worklist_skills WHERE organisation = %(organisation)s AND account = %(account)s
), spoken AS ({_SPOKEN}), assigned AS (
    SELECT tracing_fiche.id FROM worklist_assignment mine JOIN tracing_fiche ON tracing_fiche.id = mine.fiche_id
    WHERE mine.account = %(account)s AND mine.until > %(now)s AND mine.organisation = %(organisation)s
      AND NOT EXISTS (SELECT 1 FROM held) AND NOT EXISTS (SELECT 1 FROM resting) AND {_FREE}
    ORDER BY urgent_at LIMIT 1 FOR NO KEY UPDATE OF tracing_fiche SKIP LOCKED
), teamed AS (
    SELECT id FROM tracing_fiche
    WHERE {{own}} AND {{work}} AND NOT EXISTS (SELECT 1 FROM held) AND NOT EXISTS (SELECT 1 FROM resting)
      AND NOT EXISTS (SELECT 1 FROM assigned) AND {_FITS}
    ORDER BY urgent_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), own AS (
    SELECT id FROM tracing_fiche
    WHERE {{own}} AND NOT EXISTS (SELECT 1 FROM held) AND NOT EXISTS (SELECT 1 FROM resting)
      AND NOT EXISTS (SELECT 1 FROM assigned) AND NOT EXISTS (SELECT 1 FROM teamed) AND {_FITS}
    ORDER BY urgent_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), helped AS (
    SELECT overflow.fund FROM worklist_overflow overflow CROSS JOIN LATERAL (
        SELECT urgent_at FROM tracing_fiche
        WHERE fund = overflow.fund AND delegated_to IS NULL AND {_FITS} ORDER BY urgent_at LIMIT 1) first
    WHERE overflow.helper = %(fund)s AND overflow.since IS NOT NULL AND overflow.until IS NULL
      AND NOT EXISTS (SELECT 1 FROM held) AND NOT EXISTS (SELECT 1 FROM resting)
      AND NOT EXISTS (SELECT 1 FROM assigned) AND NOT EXISTS (SELECT 1 FROM teamed) AND NOT EXISTS (SELECT 1 FROM own)
    ORDER BY first.urgent_at LIMIT 1
), theirs AS (
    SELECT id FROM tracing_fiche WHERE fund = (SELECT fund FROM helped) AND delegated_to IS NULL AND {_FITS}
    ORDER BY urgent_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), queued AS (
    SELECT id FROM assigned UNION ALL SELECT id FROM teamed UNION ALL SELECT id FROM own UNION ALL SELECT id FROM theirs
), ended AS (
    UPDATE worklist_lease SET ended_at = %(now)s, ended = 'taken' FROM queued
    WHERE fiche_id = queued.id AND ended_at IS NULL AND expires_at <= %(now)s RETURNING worklist_lease.id
), leased AS (
    INSERT INTO worklist_lease (id, fiche_id, account, place, taken_at, expires_at, ended)
    SELECT %(lease)s, id, %(account)s, %(place)s, %(now)s, %(expires)s, '' FROM queued
    WHERE (SELECT count(*) FROM ended) >= 0
    ON CONFLICT (fiche_id) WHERE ended_at IS NULL DO NOTHING RETURNING id, fiche_id, expires_at, TRUE AS fresh
)
SELECT EXISTS (SELECT 1 FROM queued), EXISTS (SELECT 1 FROM resting), given.id, given.fiche_id, fiche.number,
    given.expires_at, given.fresh
FROM (VALUES (1)) AS one LEFT JOIN (SELECT * FROM held UNION ALL SELECT * FROM leased) given ON TRUE
LEFT JOIN tracing_fiche fiche ON fiche.id = given.fiche_id
"""
# Whom an organisation calls instead of her platform is in one queue, and in no other.
CLAIM_OF_ORGANISATION = _CLAIM.format(own="delegated_to = %(organisation)s AND delegated_until > %(now)s", work="FALSE")
# One agent at a time asks, each for herself; what the work of her team is told by, and its code.
ASK = """
SELECT pg_advisory_xact_lock(%(lock)s, hashtext(%(account)s::text)), team.work_on, team.work
FROM (VALUES (1)) AS one LEFT JOIN worklist_team_member member
    ON member.organisation = %(organisation)s AND member.account = %(account)s
LEFT JOIN worklist_team team ON team.id = member.team_id AND team.work <> ''
"""


@cache
def claim_of_fund(work: Work | None) -> str:
    """The code is written, not passed: with one that it does not know, the planner would read the whole queue of a fund
    for a work of which nobody waits."""
    told = f"{work.on.value} = '{work.code}'" if work and work.code.isalnum() else "FALSE"
    return _CLAIM.format(own="fund = %(fund)s AND delegated_to IS NULL", work=told)
