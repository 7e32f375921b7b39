-- One row per cluster, group, person, arm and pattern of what was known at check-out: mature commitments with a
-- known outcome, and how many were kept. Everything in a pattern was fixed before the appointment was asked for.
-- Earlier results count only where they were mature and reported by the day of the check-out (no look ahead);
-- a person's shares are pulled towards the programme's by two commitments, (k + 2 p) / (n + 2), and cut to tenths
-- of kept and fifths of booked. 0 is not said (difficulty, importance, confidence, due date, session number). Rows
-- are summed by the numbers of persons and groups; their ids stand beside.
with settings as (
    select
        horizon_days,
        lag_days
    from run_settings
),

commitments as (
    select
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        session_number,
        made_on,
        made_day,
        due_day,
        difficulty_1_5,
        importance_1_5,
        confidence_1_5,
        state,
        reported_day,
        kept,
        is_mature and arm is not null and state <> 'unknown' as is_counted
    from commitment_outcomes
),

programme as (
    select
        sum(kept) * 1e0 / count(*) as kept_share,
        sum(arm) * 1e0 / count(*) as booked_share
    from commitments
    where is_counted
),

check_outs as (
    select distinct
        person_number,
        made_day
    from commitments
    where is_counted
),

earlier as (
    select
        o.person_number,
        o.made_day,
        count(*) as n_earlier,
        sum(case when c.arm is not null then 1 else 0 end) as n_arm_known,
        sum(case when c.arm = 1 then 1 else 0 end) as n_booked,
        sum(
            case
                when
                    c.state <> 'unknown'
                    and c.reported_day <= o.made_day
                    and c.made_day + s.horizon_days + s.lag_days <= o.made_day
                    then 1
                else 0
            end
        ) as n_known,
        sum(
            case
                when
                    c.kept = 1
                    and c.reported_day <= o.made_day
                    and c.made_day + s.horizon_days + s.lag_days <= o.made_day
                    then 1
                else 0
            end
        ) as n_known_kept
    from check_outs as o
    cross join settings as s
    inner join commitments as c on o.person_number = c.person_number and c.made_day < o.made_day
    group by o.person_number, o.made_day
),

group_days as (
    select distinct
        group_id,
        made_day
    from commitments
    where is_counted
),

sizes as (
    select
        d.group_id,
        d.made_day,
        count(distinct m.person_id) as n_members
    from group_days as d
    inner join core_memberships as m
        on d.group_id = m.group_id and m.from_day <= d.made_day and (m.to_day is null or d.made_day <= m.to_day)
    group by d.group_id, d.made_day
),

patterns as (
    select
        c.cluster_id,
        coalesce(c.group_id, c.person_id) as group_id,
        c.group_number,
        c.person_id,
        c.person_number,
        c.arm,
        c.kept,
        cast(coalesce(c.difficulty_1_5, 0) as smallint) as difficulty,
        cast(coalesce(c.importance_1_5, 0) as smallint) as importance,
        cast(coalesce(c.confidence_1_5, 0) as smallint) as confidence,
        cast(
            case
                when c.due_day is null then 0
                when c.due_day - c.made_day <= 7 then 1
                when c.due_day - c.made_day <= 14 then 2
                when c.due_day - c.made_day <= 28 then 3
                else 4
            end as smallint
        ) as due_band,
        cast(
            case
                when c.session_number is null then 0
                when c.session_number <= 3 then c.session_number
                when c.session_number <= 6 then 4
                else 5
            end as smallint
        ) as session_band,
        cast(
            case
                when coalesce(e.n_earlier, 0) = 0 then 0
                when e.n_earlier <= 2 then 1
                when e.n_earlier <= 5 then 2
                else 3
            end as smallint
        ) as earlier_band,
        cast(
            floor(
                1e1 * (coalesce(e.n_known_kept, 0) + 2e0 * p.kept_share) / (coalesce(e.n_known, 0) + 2e0) + 5e-1
            ) as smallint
        ) as prior_kept_tenths,
        cast(
            floor(
                5e0 * (coalesce(e.n_booked, 0) + 2e0 * p.booked_share) / (coalesce(e.n_arm_known, 0) + 2e0) + 5e-1
            ) as smallint
        ) as prior_booked_fifths,
        cast(
            case
                when z.n_members is null or z.n_members <= 2 then 2
                when z.n_members = 3 then 3
                else 4
            end as smallint
        ) as group_size,
        cast(extract(quarter from c.made_on) as smallint) as quarter
    from commitments as c
    cross join programme as p
    left join earlier as e on c.person_number = e.person_number and c.made_day = e.made_day
    left join sizes as z on c.group_id = z.group_id and c.made_day = z.made_day
    where c.is_counted
)

select
    cluster_id,
    group_number,
    min(group_id) as group_id,
    person_number,
    min(person_id) as person_id,
    arm,
    difficulty,
    importance,
    confidence,
    due_band,
    session_band,
    earlier_band,
    prior_kept_tenths,
    prior_booked_fifths,
    group_size,
    quarter,
    count(*) as n,
    cast(sum(kept) as bigint) as n_kept
from patterns
group by
    cluster_id,
    group_number,
    person_number,
    arm,
    difficulty,
    importance,
    confidence,
    due_band,
    session_band,
    earlier_band,
    prior_kept_tenths,
    prior_booked_fifths,
    group_size,
    quarter
