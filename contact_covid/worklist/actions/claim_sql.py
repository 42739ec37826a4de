"""The one statement by which an agent is given the next person."""

from contact_covid.worklist.enums import WorkOn

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
# The most urgent of the work of the agent's team: one look at the index of what that work is told by.
_OF_TEAM = """of_{on} AS (
    SELECT id FROM tracing_fiche
    WHERE {{own}} AND {on} = (SELECT work FROM team WHERE work_on = '{on}') AND NOT EXISTS (SELECT 1 FROM held)
      AND NOT EXISTS (SELECT 1 FROM resting) AND NOT EXISTS (SELECT 1 FROM assigned) AND {fits}
    ORDER BY urgent_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)"""
_OF_TEAMS = ", ".join(_OF_TEAM.format(on=on.value, fits=_FITS) for on in WorkOn)
_TEAMED = " UNION ALL ".join(f"SELECT id FROM of_{on.value}" for on in WorkOn)
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
), team AS (
    SELECT work_on, work FROM worklist_team JOIN worklist_team_member member ON member.team_id = worklist_team.id
    WHERE member.organisation = %(organisation)s AND member.account = %(account)s
), {_OF_TEAMS}, teamed AS ({_TEAMED}), own AS (
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
CLAIM_OF_FUND = _CLAIM.format(own="fund = %(fund)s AND delegated_to IS NULL")
CLAIM_OF_ORGANISATION = _CLAIM.format(own="delegated_to = %(organisation)s AND delegated_until > %(now)s")
