-- One row per week, cluster, group, person and arm: counts of commitments mature at the week's end,
-- by the state that had been reported by then (the primary line, by event time).
with settings as (
    select
        horizon_days,
        lag_days
    from run_settings
),

mature as (
    select
        w.week_end_day,
        c.commitment_id,
        c.cluster_id,
        coalesce(c.group_id, c.person_id) as group_id,
        c.person_id,
        c.arm,
        c.made_day
    from commitment_outcomes as c
    cross join settings as s
    inner join weeks as w on c.made_day + s.horizon_days + s.lag_days <= w.week_end_day
    where c.arm is not null
),

said as (
    select
        m.week_end_day,
        m.commitment_id,
        max_by(r.state, r.report_number) as state,
        max_by(
            case when r.state = 'done' and r.done_day >= m.made_day then r.done_day end,
            case when r.state = 'done' and r.done_day >= m.made_day then r.report_number end
        ) as done_day,
        min(case when r.state = 'done' then r.reported_day end) as done_reported_day
    from mature as m
    inner join core_outcome_reports as r
        on m.commitment_id = r.commitment_id and r.reported_day <= m.week_end_day
    group by m.week_end_day, m.commitment_id
),

judged as (
    select
        m.week_end_day,
        m.cluster_id,
        m.group_id,
        m.person_id,
        m.arm,
        coalesce(k.state, 'unknown') as state,
        case
            when
                k.state = 'done'
                and coalesce(k.done_day, k.done_reported_day - s.lag_days) <= m.made_day + s.horizon_days
                then 1
            else 0
        end as kept
    from mature as m
    cross join settings as s
    left join said as k on m.week_end_day = k.week_end_day and m.commitment_id = k.commitment_id
)

select
    week_end_day,
    cluster_id,
    group_id,
    person_id,
    arm,
    sum(case when state = 'done' then 1 else 0 end) as n_done,
    sum(case when state = 'not_done' then 1 else 0 end) as n_not_done,
    sum(case when state = 'withdrawn' then 1 else 0 end) as n_withdrawn,
    sum(case when state = 'unknown' then 1 else 0 end) as n_unknown,
    sum(kept) as n_kept
from judged
group by week_end_day, cluster_id, group_id, person_id, arm
