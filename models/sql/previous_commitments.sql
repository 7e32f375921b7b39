-- One row per cluster, group, person and arm of mature commitments: what happened before their check-out.
-- Nothing an appointment booked at a check-out can have changed: the commitments of the person's previous check-out,
-- by whether those had an appointment of their own, and whether the person came to the session before this one.
-- A check-out less than the horizon after the previous one counts no commitments of it: those were still open then,
-- and an appointment for the new ones may have changed what became of them.
-- At the session of the check-out itself almost everybody was present, and later ones an appointment may change.
with settings as (
    select horizon_days
    from run_settings
),

commitments as (
    select
        commitment_id,
        cluster_id,
        group_id,
        person_id,
        session_id,
        made_day,
        arm,
        state,
        is_mature,
        kept
    from commitment_outcomes
),

check_outs as (
    select
        person_id,
        made_day,
        sum(case when is_mature and state <> 'unknown' and arm = 0 then 1 else 0 end) as n_without,
        sum(case when is_mature and state <> 'unknown' and arm = 0 then kept else 0 end) as n_without_kept,
        sum(case when is_mature and state <> 'unknown' and arm = 1 then 1 else 0 end) as n_with,
        sum(case when is_mature and state <> 'unknown' and arm = 1 then kept else 0 end) as n_with_kept
    from commitments
    group by person_id, made_day
),

before as (
    select
        person_id,
        made_day,
        lag(made_day) over (partition by person_id order by made_day asc nulls last) as previous_day,
        lag(n_without) over (partition by person_id order by made_day asc nulls last) as n_without,
        lag(n_without_kept) over (partition by person_id order by made_day asc nulls last) as n_without_kept,
        lag(n_with) over (partition by person_id order by made_day asc nulls last) as n_with,
        lag(n_with_kept) over (partition by person_id order by made_day asc nulls last) as n_with_kept
    from check_outs
),

ended_before as (
    select
        b.person_id,
        b.made_day,
        b.n_without,
        b.n_without_kept,
        b.n_with,
        b.n_with_kept
    from before as b
    cross join settings as s
    where b.previous_day + s.horizon_days <= b.made_day
),

sessions as (
    select
        session_id,
        coalesce(started_us, scheduled_us) as began_us
    from core_sessions
    where status = 'held'
),

attended as (
    select
        a.person_id,
        a.session_id,
        lag(case when a.attended then 1 else 0 end) over (
            partition by a.person_id order by s.began_us asc nulls last, a.session_id asc nulls last
        ) as was_there
    from core_attendance as a
    inner join sessions as s on a.session_id = s.session_id
)

select
    c.cluster_id,
    coalesce(c.group_id, c.person_id) as group_id,
    c.person_id,
    c.arm,
    sum(coalesce(b.n_without, 0)) as n_without,
    sum(coalesce(b.n_without_kept, 0)) as n_without_kept,
    sum(coalesce(b.n_with, 0)) as n_with,
    sum(coalesce(b.n_with_kept, 0)) as n_with_kept,
    sum(case when t.was_there is not null then 1 else 0 end) as n_sessions,
    sum(coalesce(t.was_there, 0)) as n_attended
from commitments as c
left join ended_before as b on c.person_id = b.person_id and c.made_day = b.made_day
left join attended as t on c.person_id = t.person_id and c.session_id = t.session_id
where c.is_mature and c.arm is not null
group by c.cluster_id, coalesce(c.group_id, c.person_id), c.person_id, c.arm
