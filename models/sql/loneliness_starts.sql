-- One row per person placed in a coaching group: when the first held session began that the person was due at.
-- Empty where there has been none by the cut: the person has not started yet. Being due counts, coming does not,
-- so that staying away cannot move anybody among those who wait.
with held as (
    select
        session_id,
        group_id,
        coalesce(started_us, scheduled_us) as held_us,
        coalesce(started_day, scheduled_day) as held_day
    from core_sessions
    where status = 'held'
),

members as (
    select
        person_id,
        group_id,
        from_day,
        to_day
    from core_memberships
),

due as (
    select
        m.person_id,
        h.held_us,
        h.held_day
    from members as m
    inner join held as h on m.group_id = h.group_id
    where h.held_day >= m.from_day and (m.to_day is null or h.held_day <= m.to_day)
    union all
    select
        a.person_id,
        h.held_us,
        h.held_day
    from core_attendance as a
    inner join held as h on a.session_id = h.session_id
    where a.attended
),

placed as (
    select person_id
    from members
    union
    select person_id
    from due
)

select
    p.person_id,
    min(d.held_us) as start_us,
    min(d.held_day) as start_day
from placed as p
left join due as d on p.person_id = d.person_id
group by p.person_id
