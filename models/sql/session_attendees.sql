-- One row per held session and person who was there: time on this person's own matter, and where the person was then.
with held as (
    select
        session_id,
        coalesce(started_day, scheduled_day) as held_day
    from core_sessions
    where status = 'held'
),

spells as (
    select
        a.session_id,
        a.person_id,
        a.focus_minutes,
        h.held_day,
        p.department,
        p.level,
        row_number() over (
            partition by a.session_id, a.person_id
            order by p.valid_from_day desc nulls last
        ) as spell
    from core_attendance as a
    inner join held as h on a.session_id = h.session_id
    left join core_people as p
        on
            a.person_id = p.person_id
            and p.valid_from_day <= h.held_day
            and (p.valid_to_day is null or h.held_day < p.valid_to_day)
    where a.attended
)

select
    session_id,
    person_id,
    held_day,
    focus_minutes,
    department,
    level
from spells
where spell = 1
