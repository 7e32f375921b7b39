-- One row per person at a check-out for which a prompt was drawn beforehand: counts of mature commitments by state.
-- The arm is 1 where the prompt was to be shown, whatever was booked then: the comparison stays a randomised one.
with assignments as (
    select
        session_id,
        person_id,
        prompt_shown,
        assigned_us,
        block
    from core_assignments
),

made as (
    select
        commitment_id,
        made_us
    from core_commitments
),

outcomes as (
    select
        commitment_id,
        cluster_id,
        coalesce(group_id, person_id) as group_id,
        group_number,
        person_id,
        person_number,
        session_id,
        state,
        kept
    from commitment_outcomes
    where is_mature
),

drawn as (
    select
        o.cluster_id,
        o.group_id,
        o.group_number,
        o.person_id,
        o.person_number,
        o.session_id,
        a.block,
        case when a.prompt_shown then 1 else 0 end as arm,
        o.state,
        o.kept
    from outcomes as o
    inner join made as m on o.commitment_id = m.commitment_id
    inner join assignments as a on o.session_id = a.session_id and o.person_id = a.person_id
    where a.assigned_us < m.made_us
)

select
    cluster_id,
    group_id,
    group_number,
    person_id,
    person_number,
    session_id,
    block,
    arm,
    sum(case when state = 'done' then 1 else 0 end) as n_done,
    sum(case when state = 'not_done' then 1 else 0 end) as n_not_done,
    sum(case when state = 'withdrawn' then 1 else 0 end) as n_withdrawn,
    sum(case when state = 'unknown' then 1 else 0 end) as n_unknown,
    sum(kept) as n_kept
from drawn
group by cluster_id, group_id, group_number, person_id, person_number, session_id, block, arm
