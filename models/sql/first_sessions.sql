-- One row per person who was trained or has been in a session: the first session, and days from training until then
-- or, where there was none yet, until the person left or the cut (an observation that ends there).
with trained as (
    select
        p.person_id,
        min(p.trained_day) as trained_day,
        max(p.left_day) as left_day
    from core_people as p
    cross join run_settings as s
    where p.trained_day <= s.cut_day
    group by p.person_id
),

numbered as (
    select
        person_id,
        held_day,
        level,
        row_number() over (partition by person_id order by held_day asc nulls last, session_id asc nulls last) as place
    from session_attendees
    where held_day is not null
),

first_there as (
    select
        person_id,
        held_day as first_session_day,
        level
    from numbered
    where place = 1
)

select
    coalesce(t.person_id, f.person_id) as person_id,
    f.first_session_day,
    f.level,
    case
        when t.trained_day > f.first_session_day then null
        when f.first_session_day is not null then f.first_session_day - t.trained_day
        when t.left_day < s.cut_day and t.left_day >= t.trained_day then t.left_day - t.trained_day
        else s.cut_day - t.trained_day
    end as days_after_training,
    case when f.first_session_day is not null then 1 else 0 end as is_reached
from trained as t
full outer join first_there as f on t.person_id = f.person_id
cross join run_settings as s
