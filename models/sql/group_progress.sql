-- One row per coaching group that has held a session: how far it has come, and whether it is still going.
with held as (
    select
        group_id,
        session_number,
        coalesce(started_day, scheduled_day) as held_day
    from core_sessions
    where status = 'held'
),

numbered as (
    select
        group_id,
        held_day,
        row_number() over (partition by group_id order by held_day asc nulls last, session_number asc nulls last) as held_number
    from held
)

select
    group_id,
    min(held_day) as first_held_day,
    max(held_day) as last_held_day,
    count(*) as n_sessions_held,
    min(case when held_number = 6 then held_day end) as sixth_held_day
from numbered
group by group_id
