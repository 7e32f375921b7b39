-- One row per held session: minutes spent and people there.
with there as (
    select
        session_id,
        sum(case when attended then 1 else 0 end) as n_attended,
        count(*) as n_expected
    from core_attendance
    group by session_id
)

select
    s.session_id,
    s.group_id,
    s.session_number,
    coalesce(s.started_day, s.scheduled_day) as held_day,
    case when s.ended_us is not null and s.started_us is not null then (s.ended_us - s.started_us) / 60000000e0 end
        as session_minutes,
    coalesce(t.n_attended, 0) as n_attended,
    coalesce(t.n_expected, 0) as n_expected
from core_sessions as s
left join there as t on s.session_id = t.session_id
where s.status = 'held'
