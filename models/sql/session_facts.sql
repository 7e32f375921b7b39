-- One row per held session: how long it took, how its time was split, who was there, and when the next one was booked.
-- Of a session the calendar does not know, `is_next_booked` is empty; so is that of a group's last session.
with sessions as (
    select
        session_id,
        group_id,
        session_number,
        status,
        facilitator_present,
        check_in_minutes,
        problem_solving_minutes,
        check_out_minutes,
        started_us,
        ended_us,
        coalesce(started_day, scheduled_day) as held_day,
        coalesce(ended_us, started_us, scheduled_us) as over_us,
        lead(booked_us) over (
            partition by group_id
            order by coalesce(scheduled_us, started_us) asc nulls last, session_number asc nulls last
        ) as next_booked_us
    from core_sessions
),

held as (
    select
        session_id,
        group_id,
        held_day,
        check_in_minutes,
        problem_solving_minutes,
        check_out_minutes,
        (ended_us - started_us) / 60000000e0 as session_minutes,
        case when facilitator_present then 0 when not facilitator_present then 1 end as is_self_run,
        case when next_booked_us <= over_us + 7 * 86400000000 then 1 when next_booked_us > over_us then 0 end
            as is_next_booked,
        held_day - lag(held_day) over (
            partition by group_id
            order by held_day asc nulls last, session_number asc nulls last
        ) as days_since_last
    from sessions
    where status = 'held'
),

there as (
    select
        session_id,
        count(*) as n_attended,
        count(focus_minutes) as n_focus_known,
        sum(focus_minutes) as focus_minutes,
        min(focus_minutes) as least_focus_minutes,
        count(department) as n_placed,
        count(distinct department) as n_departments
    from session_attendees
    group by session_id
),

group_clusters as (
    select
        m.group_id,
        min(k.cluster_id) as cluster_id
    from core_memberships as m
    inner join person_clusters as k on m.person_id = k.person_id
    group by m.group_id
)

select
    h.session_id,
    h.group_id,
    g.cluster_id,
    h.session_minutes,
    h.check_in_minutes,
    h.problem_solving_minutes,
    h.check_out_minutes,
    h.is_self_run,
    h.is_next_booked,
    h.days_since_last,
    coalesce(t.n_attended, 0) as n_attended,
    case when t.n_focus_known = t.n_attended then t.focus_minutes * 1e0 / t.n_attended end as focus_minutes_each,
    case
        when t.n_focus_known = t.n_attended and t.n_attended > 1 and t.focus_minutes > 0
            then t.least_focus_minutes * t.n_attended * 1e0 / t.focus_minutes
    end as focus_evenness,
    case when t.n_departments > 1 then 1 when t.n_placed = t.n_attended and t.n_attended > 1 then 0 end
        as is_cross_department
from held as h
left join there as t on h.session_id = t.session_id
left join group_clusters as g on h.group_id = g.group_id
