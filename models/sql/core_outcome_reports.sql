-- One row per report of an outcome, with the commitment it speaks of where exactly one fits.
-- A report that names no commitment speaks of the person's latest check-out before the session it was made at.
-- Where that session or its time is not known, it is the latest check-out at least 12 hours before the report,
-- so that a pulse filled in right after a session never judges the commitment just made.
with sessions as (
    select
        session_id,
        coalesce(started_us, scheduled_us) as began_us
    from current_sessions
),

reports as (
    select
        r.person_id,
        r.commitment_id,
        r.session_id,
        r.reported_at,
        r.reported_us,
        r.reported_on,
        r.reported_day,
        r.state,
        r.done_on,
        r.done_day,
        r.confirmed_by,
        case
            when s.began_us < r.reported_us then s.began_us
            else r.reported_us - 43200000000
        end as before_us
    from current_outcome_reports as r
    left join sessions as s on r.session_id = s.session_id
),

commitments as (
    select
        commitment_id,
        person_id,
        made_us
    from current_commitments
),

latest_check_out as (
    select
        r.person_id,
        r.reported_us,
        max(c.made_us) as latest_made_us
    from reports as r
    inner join commitments as c
        on r.person_id = c.person_id and c.made_us <= r.before_us
    where r.commitment_id is null
    group by r.person_id, r.reported_us
),

candidates as (
    select
        l.person_id,
        l.reported_us,
        min(c.commitment_id) as commitment_id,
        count(*) as n_candidates
    from latest_check_out as l
    inner join commitments as c
        on
            l.person_id = c.person_id
            and c.made_us <= l.latest_made_us
            and c.made_us > l.latest_made_us - 86400000000
    group by l.person_id, l.reported_us
),

linked as (
    select
        r.person_id,
        case
            when r.commitment_id is not null then r.commitment_id
            when k.n_candidates = 1 then k.commitment_id
        end as commitment_id,
        case
            when r.commitment_id is not null then 'named'
            when k.n_candidates = 1 then 'previous_session'
            when k.n_candidates > 1 then 'ambiguous'
            else 'waiting'
        end as link,
        r.session_id,
        r.reported_at,
        r.reported_us,
        r.reported_on,
        r.reported_day,
        r.state,
        r.done_on,
        r.done_day,
        r.confirmed_by
    from reports as r
    left join candidates as k
        on
            r.commitment_id is null
            and r.person_id = k.person_id
            and r.reported_us = k.reported_us
),

-- The same words at the same moment, once naming the commitment and once not, are one report: the first place.
placed as (
    select
        person_id,
        commitment_id,
        link,
        session_id,
        reported_at,
        reported_us,
        reported_on,
        reported_day,
        state,
        done_on,
        done_day,
        confirmed_by,
        row_number() over (
            partition by person_id, commitment_id, reported_us order by link asc nulls last
        ) as place
    from linked
)

select
    person_id,
    commitment_id,
    link,
    row_number() over (
        partition by commitment_id
        order by
            reported_us asc nulls last,
            confirmed_by asc nulls last,
            state asc nulls last,
            person_id asc nulls last,
            link asc nulls last
    ) as report_number,
    session_id,
    reported_at,
    reported_us,
    reported_on,
    reported_day,
    state,
    done_on,
    done_day,
    confirmed_by
from placed
where place = 1
