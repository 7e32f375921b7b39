-- One row per started group and session number 2 to 6: days from the first session until it was held,
-- or, where it was not, until the cut (an observation that ends there).
with held as (
    select
        group_id,
        coalesce(started_day, scheduled_day) as held_day,
        row_number() over (
            partition by group_id
            order by coalesce(started_day, scheduled_day) asc nulls last, session_number asc nulls last
        ) as held_number
    from core_sessions
    where status = 'held'
),

numbers as (
    select distinct held_number as session_number
    from held
    where held_number between 2 and 6
),

started as (
    select
        group_id,
        first_held_day
    from group_progress
)

select
    s.group_id,
    n.session_number,
    coalesce(h.held_day, r.cut_day) - s.first_held_day as days,
    case when h.held_day is not null then 1 else 0 end as is_reached
from started as s
cross join numbers as n
cross join run_settings as r
left join held as h on s.group_id = h.group_id and n.session_number = h.held_number
