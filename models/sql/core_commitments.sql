-- One row per commitment, with what is known of its outcome: the state last reported, the day it was done,
-- and the day that state was first reported. Nobody's report leaves it unknown. A day of doing before the
-- check-out is a slip and no day.
with commitments as (
    select
        commitment_id,
        person_id,
        session_id,
        made_at,
        made_us,
        made_on,
        made_day,
        due_on,
        due_day,
        difficulty_1_5,
        importance_1_5,
        confidence_1_5
    from current_commitments
),

reports as (
    select
        commitment_id,
        report_number,
        state,
        done_on,
        done_day,
        reported_at,
        reported_on,
        reported_day,
        confirmed_by
    from core_outcome_reports
    where commitment_id is not null
),

last_state as (
    select
        commitment_id,
        max_by(state, report_number) as state,
        max_by(confirmed_by, report_number) as confirmed_by
    from reports
    group by commitment_id
),

first_said as (
    select
        l.commitment_id,
        l.state,
        l.confirmed_by,
        min(r.reported_at) as reported_at,
        min(r.reported_on) as reported_on,
        min(r.reported_day) as reported_day
    from last_state as l
    inner join reports as r on l.commitment_id = r.commitment_id and l.state = r.state
    group by l.commitment_id, l.state, l.confirmed_by
),

done_days as (
    select
        r.commitment_id,
        max_by(r.done_on, r.report_number) as done_on,
        max_by(r.done_day, r.report_number) as done_day
    from reports as r
    inner join commitments as c on r.commitment_id = c.commitment_id
    where r.state = 'done' and r.done_day >= c.made_day
    group by r.commitment_id
)

select
    c.commitment_id,
    c.person_id,
    c.session_id,
    c.made_at,
    c.made_us,
    c.made_on,
    c.made_day,
    c.due_on,
    c.due_day,
    c.difficulty_1_5,
    c.importance_1_5,
    c.confidence_1_5,
    coalesce(f.state, 'unknown') as state,
    case when f.state = 'done' then d.done_on end as done_on,
    case when f.state = 'done' then d.done_day end as done_day,
    f.reported_at,
    f.reported_on,
    f.reported_day,
    f.confirmed_by
from commitments as c
left join first_said as f on c.commitment_id = f.commitment_id
left join done_days as d on c.commitment_id = d.commitment_id
