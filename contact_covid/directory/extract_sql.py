"""Statements of the loads of national extracts: rows arrive by COPY in a temporary table, then whole sets are merged.

A row that says what is there already is not written again.
"""

STAGE_ACTIVITIES = """
    CREATE TEMPORARY TABLE staged (
        line bigint, professional_id uuid, practice_id uuid, organisation_id uuid, national_id text, title text,
        last_name text, first_name text, profession text, specialty text, place text, finess text, number text,
        kind text, name text, street text, postcode text, commune text, department text, region text, fund text
    ) ON COMMIT DROP
"""
STAGE_ESTABLISHMENTS = """
    CREATE TEMPORARY TABLE staged (
        line bigint, practice_id uuid, organisation_id uuid, finess text, kind text, name text, street text,
        postcode text, commune text, department text, region text, fund text
    ) ON COMMIT DROP
"""
STAGE_PAIRS = "CREATE TEMPORARY TABLE staged (line bigint, adeli text, rpps text) ON COMMIT DROP"
STAGE_AM_NUMBERS = """
    CREATE TEMPORARY TABLE staged (
        line bigint, text text, rpps text, number text, finess text, postcode text, fund text, convention text,
        radiology boolean
    ) ON COMMIT DROP
"""
COPY = "COPY staged FROM STDIN"
ANALYZE = "ANALYZE staged"

# --- Professionals and their places --------------------------------------------------------------------------------
KNOW_BY_RPPS = """
    UPDATE staged SET national_id = '8' || former.rpps
    FROM directory_formernumber former WHERE staged.national_id = '0' || former.adeli
"""
ADD_MISSING_ORGANISATIONS = """
    WITH done AS (
        INSERT INTO directory_organisation
            (id, kind, finess, name, street, postcode, commune, department_id, region_id, fund_id)
        SELECT DISTINCT ON (finess)
            organisation_id, kind, finess, name, street, postcode, commune, department, region, fund
        FROM staged WHERE finess <> '' ORDER BY finess, line
        ON CONFLICT (finess) WHERE NOT finess = '' DO NOTHING
        RETURNING 1
    ) SELECT count(*), 0 FROM done
"""
MERGE_PROFESSIONALS = """
    WITH done AS (
        INSERT INTO directory_professional AS known
            (id, national_id, title, last_name, first_name, profession, specialty)
        SELECT DISTINCT ON (national_id)
            professional_id, national_id, title, last_name, first_name, profession, specialty
        FROM staged WHERE place <> ''
        ORDER BY national_id, profession <> 'biologist', specialty = '', line
        ON CONFLICT (national_id) DO UPDATE SET
            title = excluded.title, last_name = excluded.last_name, first_name = excluded.first_name,
            profession = excluded.profession, specialty = excluded.specialty
        WHERE (known.title, known.last_name, known.first_name, known.profession, known.specialty)
            IS DISTINCT FROM
            (excluded.title, excluded.last_name, excluded.first_name, excluded.profession, excluded.specialty)
        RETURNING xmax = 0 AS new
    ) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM done
"""
# A place recorded otherwise before the directory named it: the same professional at the same establishment.
ADOPT_PLACES = """
    UPDATE directory_practice practice SET place = found.finess
    FROM (
        SELECT DISTINCT ON (practice.professional_id, staged.finess) practice.id, staged.finess
        FROM staged
        JOIN directory_professional professional USING (national_id)
        JOIN directory_organisation organisation ON organisation.finess = staged.finess AND staged.finess <> ''
        JOIN directory_practice practice ON practice.professional_id = professional.id AND practice.place = ''
            AND (practice.number = staged.finess OR practice.organisation_id = organisation.id)
        WHERE NOT EXISTS (
            SELECT FROM directory_practice other
            WHERE other.professional_id = professional.id AND other.place = staged.finess
        )
        ORDER BY practice.professional_id, staged.finess, practice.number <> staged.finess, practice.id
    ) AS found
    WHERE practice.id = found.id
"""
# The fund that the funds themselves named stays as long as the place stays in its département, an AM number for good.
MERGE_PLACES = """
    WITH done AS (
        INSERT INTO directory_practice AS known
            (id, professional_id, organisation_id, place, number, name, street, postcode, commune, department_id,
             fund_id, convention, radiology, active)
        SELECT DISTINCT ON (professional.id, staged.place)
            staged.practice_id, professional.id, organisation.id, staged.place, staged.number, staged.name,
            staged.street, staged.postcode, staged.commune, staged.department, staged.fund, 'none', false, true
        FROM staged
        JOIN directory_professional professional USING (national_id)
        LEFT JOIN directory_organisation organisation ON organisation.finess = staged.finess AND staged.finess <> ''
        WHERE staged.place <> ''
        ORDER BY professional.id, staged.place, staged.number DESC, staged.line
        ON CONFLICT (professional_id, place) WHERE NOT place = '' DO UPDATE SET
            organisation_id = excluded.organisation_id, name = excluded.name, street = excluded.street,
            postcode = excluded.postcode, commune = excluded.commune, department_id = excluded.department_id,
            number = CASE WHEN excluded.number <> '' OR known.number = known.place THEN excluded.number
                          ELSE known.number END,
            fund_id = CASE WHEN known.department_id IS DISTINCT FROM excluded.department_id THEN excluded.fund_id
                           ELSE known.fund_id END,
            active = true
        WHERE NOT known.active
            OR (known.organisation_id, known.name, known.street, known.postcode, known.commune, known.department_id)
                IS DISTINCT FROM (excluded.organisation_id, excluded.name, excluded.street, excluded.postcode,
                                  excluded.commune, excluded.department_id)
            OR known.number <> CASE WHEN excluded.number <> '' OR known.number = known.place THEN excluded.number
                                    ELSE known.number END
        RETURNING xmax = 0 AS new
    ) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM done
"""
COUNT_PLACES = """
    SELECT (SELECT count(*) FROM (SELECT DISTINCT national_id, place FROM staged WHERE place <> '') AS places),
           (SELECT count(*) FROM directory_practice
            WHERE active AND place <> '' AND professional_id IS NOT NULL)
"""
END_PLACES = """
    UPDATE directory_practice practice SET active = false
    FROM directory_professional professional
    WHERE practice.professional_id = professional.id AND practice.active AND practice.place <> ''
        AND NOT EXISTS (SELECT FROM staged
                        WHERE staged.national_id = professional.national_id AND staged.place IN (practice.place, ''))
"""

# --- Establishments ------------------------------------------------------------------------------------------------
MERGE_ORGANISATIONS = """
    WITH done AS (
        INSERT INTO directory_organisation AS known
            (id, kind, finess, name, street, postcode, commune, department_id, region_id, fund_id)
        SELECT DISTINCT ON (finess)
            organisation_id, kind, finess, name, street, postcode, commune, department, region, fund
        FROM staged WHERE kind <> '' ORDER BY finess, line
        ON CONFLICT (finess) WHERE NOT finess = '' DO UPDATE SET
            kind = excluded.kind, name = excluded.name, street = excluded.street, postcode = excluded.postcode,
            commune = excluded.commune, department_id = excluded.department_id, region_id = excluded.region_id,
            fund_id = excluded.fund_id
        WHERE (known.kind, known.name, known.street, known.postcode, known.commune, known.department_id,
               known.region_id, known.fund_id)
            IS DISTINCT FROM (excluded.kind, excluded.name, excluded.street, excluded.postcode, excluded.commune,
                              excluded.department_id, excluded.region_id, excluded.fund_id)
        RETURNING xmax = 0 AS new
    ) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM done
"""
ADOPT_STRUCTURES = """
    UPDATE directory_practice practice SET place = number
    WHERE professional_id IS NULL AND place = '' AND number IN (SELECT finess FROM staged WHERE kind <> '')
"""
MERGE_STRUCTURES = """
    WITH done AS (
        INSERT INTO directory_practice AS known
            (id, organisation_id, place, number, name, street, postcode, commune, department_id, fund_id,
             convention, radiology, active)
        SELECT DISTINCT ON (staged.finess)
            staged.practice_id, organisation.id, staged.finess, staged.finess, staged.name, staged.street,
            staged.postcode, staged.commune, staged.department, staged.fund, 'none', false, true
        FROM staged JOIN directory_organisation organisation USING (finess)
        WHERE staged.kind <> '' ORDER BY staged.finess, staged.line
        ON CONFLICT (professional_id, place) WHERE NOT place = '' DO UPDATE SET
            organisation_id = excluded.organisation_id, name = excluded.name, street = excluded.street,
            postcode = excluded.postcode, commune = excluded.commune, department_id = excluded.department_id,
            fund_id = excluded.fund_id, active = true
        WHERE NOT known.active
            OR (known.organisation_id, known.name, known.street, known.postcode, known.commune, known.department_id,
                known.fund_id)
            IS DISTINCT FROM (excluded.organisation_id, excluded.name, excluded.street, excluded.postcode,
                              excluded.commune, excluded.department_id, excluded.fund_id)
        RETURNING xmax = 0 AS new
    ) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM done
"""
COUNT_STRUCTURES = """
    SELECT (SELECT count(DISTINCT finess) FROM staged WHERE kind <> ''),
           (SELECT count(*) FROM directory_practice WHERE active AND place <> '' AND professional_id IS NULL)
"""
END_STRUCTURES = """
    UPDATE directory_practice practice SET active = false
    WHERE practice.professional_id IS NULL AND practice.active AND practice.place <> ''
        AND NOT EXISTS (SELECT FROM staged WHERE staged.finess = practice.place)
"""

# --- ADELI and RPPS ------------------------------------------------------------------------------------------------
MERGE_PAIRS = """
    WITH done AS (
        INSERT INTO directory_formernumber AS known (adeli, rpps)
        SELECT DISTINCT ON (adeli) adeli, rpps FROM staged ORDER BY adeli, line
        ON CONFLICT (adeli) DO UPDATE SET rpps = excluded.rpps WHERE known.rpps <> excluded.rpps
        RETURNING xmax = 0 AS new
    ) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM done
"""
# Known by an ADELI number alone: the same professional, and her account, go by the RPPS number from now on.
RENAME_PROFESSIONALS = """
    UPDATE directory_professional professional SET national_id = found.national_id
    FROM (
        SELECT DISTINCT ON (former.rpps) one.id, '8' || former.rpps AS national_id
        FROM directory_formernumber former
        JOIN directory_professional one ON one.national_id = '0' || former.adeli
        WHERE NOT EXISTS (SELECT FROM directory_professional two WHERE two.national_id = '8' || former.rpps)
        ORDER BY former.rpps, one.id
    ) AS found
    WHERE professional.id = found.id
"""
# Known by both: the one who is kept goes by the RPPS number. In two steps, since a number is unique at every moment.
DOUBLES = """
    SELECT source.id, target.id
    FROM directory_formernumber former
    JOIN directory_professional source ON source.national_id = '0' || former.adeli
    JOIN directory_professional target ON target.national_id = '8' || former.rpps
    ORDER BY source.id
"""
TAKE_NUMBERS = "UPDATE directory_professional SET national_id = 'was-' || national_id WHERE id = ANY(%s)"
SWAP_NUMBERS = """
    UPDATE directory_professional professional SET national_id = substr(other.national_id, length('was-') + 1)
    FROM unnest(%s::uuid[], %s::uuid[]) AS pair (id, other_id)
    JOIN directory_professional other ON other.id = pair.other_id
    WHERE professional.id = pair.id
"""
# Her places go to the one with the RPPS number; those that she has there already end.
MOVE_PLACES = """
    UPDATE directory_practice practice SET professional_id = found.target
    FROM (
        SELECT DISTINCT ON (target.id, coalesce(nullif(practice.place, ''), practice.id::text))
            practice.id, target.id AS target
        FROM directory_formernumber former
        JOIN directory_professional source ON source.national_id = '0' || former.adeli
        JOIN directory_professional target ON target.national_id = '8' || former.rpps
        JOIN directory_practice practice ON practice.professional_id = source.id AND practice.active
        WHERE NOT EXISTS (
            SELECT FROM directory_practice other
            WHERE other.professional_id = target.id
                AND (other.place = practice.place AND other.place <> ''
                     OR other.number = practice.number AND other.number <> ''
                     OR other.number = practice.number AND other.organisation_id = practice.organisation_id)
        )
        ORDER BY target.id, coalesce(nullif(practice.place, ''), practice.id::text), practice.id
    ) AS found
    WHERE practice.id = found.id
"""
# A place that she has there already is open if either is, and keeps what the funds said of the other.
KEEP_OF_DOUBLES = """
    UPDATE directory_practice kept
    SET active = true, number = CASE WHEN found.told THEN found.number ELSE kept.number END,
        fund_id = CASE WHEN found.told THEN found.fund_id ELSE kept.fund_id END,
        convention = CASE WHEN found.told THEN found.convention ELSE kept.convention END,
        radiology = CASE WHEN found.told THEN found.radiology ELSE kept.radiology END
    FROM (
        SELECT DISTINCT ON (same.id) same.id, double.number, double.fund_id, double.convention, double.radiology,
            same.number = '' AND double.number <> ''
            AND 1 = row_number() OVER (PARTITION BY target.id, double.number ORDER BY same.id, double.id)
            AND NOT EXISTS (SELECT FROM directory_practice other
                            WHERE other.professional_id = target.id AND other.number = double.number) AS told
        FROM directory_formernumber former
        JOIN directory_professional source ON source.national_id = '0' || former.adeli
        JOIN directory_professional target ON target.national_id = '8' || former.rpps
        JOIN directory_practice double ON double.professional_id = source.id AND double.active
        JOIN directory_practice same ON same.professional_id = target.id
            AND (same.place = double.place AND same.place <> ''
                 OR same.organisation_id = double.organisation_id AND same.number = double.number)
        ORDER BY same.id, double.number = '', double.id
    ) AS found
    WHERE kept.id = found.id AND (found.told OR NOT kept.active)
"""
END_DOUBLES = """
    UPDATE directory_practice practice SET active = false
    FROM directory_formernumber former
    JOIN directory_professional source ON source.national_id = '0' || former.adeli
    WHERE practice.professional_id = source.id AND practice.active
"""

# --- AM numbers ----------------------------------------------------------------------------------------------------
# The place that a line means: where she has that number already, else by FINESS, else by postcode, else her only one.
# Establishments have a FINESS for number: they are meant only when named.
MATCH_AM_NUMBERS = """
    CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
    WITH candidate AS (
        SELECT staged.line, practice.id, practice.number = staged.number AS has_it
        FROM staged
        JOIN directory_professional professional ON professional.national_id = '8' || staged.rpps
        JOIN directory_practice practice ON practice.professional_id = professional.id AND practice.active
        LEFT JOIN directory_organisation organisation ON organisation.id = practice.organisation_id
        WHERE CASE WHEN staged.finess <> '' THEN staged.finess IN (practice.place, organisation.finess)
                   ELSE (staged.postcode = '' OR staged.postcode = practice.postcode)
                        AND coalesce(organisation.kind, '') NOT IN ('hospital', 'pharmacy', 'laboratory')
              END
    ), chosen AS (
        SELECT line, (array_agg(id ORDER BY has_it DESC, id))[1] AS practice_id,
               CASE WHEN bool_or(has_it) THEN 1 ELSE count(*) END AS places
        FROM candidate GROUP BY line
    )
    SELECT staged.*, chosen.practice_id,
           CASE WHEN NOT EXISTS (SELECT FROM directory_professional p WHERE p.national_id = '8' || staged.rpps)
                THEN 'no_professional'
                WHEN NOT EXISTS (SELECT FROM directory_fund f WHERE f.code = staged.fund) THEN 'unknown_fund'
                WHEN chosen.places IS NULL THEN 'no_practice'
                WHEN chosen.places > 1 THEN 'several_practices'
                ELSE ''
           END AS problem
    FROM staged LEFT JOIN chosen USING (line)
"""
# All lines of who has a place or a number twice.
AM_NUMBERS_SAID_AGAIN = """
    SELECT line, rpps, practice_id, number, fund, convention, radiology FROM matched
    WHERE problem = '' AND rpps IN (
        SELECT rpps FROM matched WHERE problem = '' GROUP BY rpps
        HAVING count(*) > count(DISTINCT practice_id) OR count(*) > count(DISTINCT number)
    )
    ORDER BY line
"""
REFUSE_AM_NUMBERS = "UPDATE matched SET problem = %s WHERE line = ANY(%s)"
REFUSED_AM_NUMBERS = "SELECT line, text, problem FROM matched WHERE problem <> '' ORDER BY line"
KEEP_GOOD_AM_NUMBERS = "DELETE FROM matched WHERE problem <> '' OR line = ANY(%s)"
# First the numbers that change hands, so that two places of one professional may swap theirs.
FREE_AM_NUMBERS = """
    UPDATE directory_practice practice SET number = ''
    FROM matched JOIN directory_practice meant ON meant.id = matched.practice_id
    WHERE practice.professional_id = meant.professional_id AND practice.number = matched.number
        AND practice.id <> meant.id
"""
SET_AM_NUMBERS = """
    UPDATE directory_practice practice
    SET number = matched.number, fund_id = matched.fund, convention = matched.convention,
        radiology = matched.radiology
    FROM matched
    WHERE practice.id = matched.practice_id
        AND (practice.number, practice.fund_id, practice.convention, practice.radiology)
            IS DISTINCT FROM (matched.number, matched.fund, matched.convention, matched.radiology)
"""
