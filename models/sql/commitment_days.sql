-- One row per cluster, group, person, arm, maturity, day since check-out and event: commitments by what happened first.
-- Events: `done`, `done_no_day` (nobody wrote down the day: it is the report's less the lag, as where kept is judged),
-- `withdrawn` (on the day somebody said so), and `open` (nothing until the last day watched, day 42 or the horizon at most).
-- A commitment is watched until the cut less the lag, so that a day counts only once its reports have had time to
-- come in, whatever they say: counting reports as they come would count early what partners ask about earlier.
-- For the same reason it enters, mature or not, only when its group's next session or the horizon, whichever comes
-- first, has been watched: before that only those with an appointment have been asked.
-- What nobody spoke of by then is missing and left out from the first day on, as in the headline; so is what has no arm.
with settings as (
    select
        cut_day,
        horizon_days,
        lag_days
    from run_settings
),

outcomes as (
    select
        cluster_id,
        coalesce(group_id, person_id) as group_id,
        person_id,
        session_id,
        arm,
        state,
        made_day,
        done_day,
        reported_day
    from commitment_outcomes
    where arm is not null and state <> 'unknown'
),

held as (
    select
        session_id,
        lead(started_day) over (
            partition by group_id order by started_day asc nulls last, session_id asc nulls last
        ) as next_day
    from core_sessions
    where status = 'held' and started_day is not null
),

watched as (
    select
        o.cluster_id,
        o.group_id,
        o.person_id,
        o.arm,
        case
            when o.state = 'done' and o.done_day is null then 'done_no_day'
            else o.state
        end as event,
        case
            when o.state = 'done' then coalesce(o.done_day, o.reported_day - s.lag_days) - o.made_day
            when o.state = 'withdrawn' then o.reported_day - o.made_day
        end as event_day,
        s.cut_day - s.lag_days - o.made_day as watched_days,
        s.horizon_days,
        h.next_day - o.made_day as next_days
    from outcomes as o
    cross join settings as s
    left join held as h on o.session_id = h.session_id
),

entered as (
    select
        cluster_id,
        group_id,
        person_id,
        arm,
        watched_days >= horizon_days as is_mature,
        event,
        case when event_day < 0 then 0 else event_day end as event_day,
        case
            when watched_days < 42 or watched_days < horizon_days then watched_days
            when horizon_days > 42 then horizon_days
            else 42
        end as last_day
    from watched
    where watched_days >= horizon_days or (next_days > 0 and watched_days >= next_days)
),

happened as (
    select
        cluster_id,
        group_id,
        person_id,
        arm,
        is_mature,
        last_day,
        event,
        event_day,
        event_day is not null and event_day <= last_day as is_seen
    from entered
),

placed as (
    select
        cluster_id,
        group_id,
        person_id,
        arm,
        is_mature,
        case when is_seen then event_day else last_day end as day,
        case when is_seen then event else 'open' end as event
    from happened
)

select
    cluster_id,
    group_id,
    person_id,
    arm,
    is_mature,
    day,
    event,
    count(*) as n_commitments
from placed
group by cluster_id, group_id, person_id, arm, is_mature, day, event
