-- One row per line, cluster, group, person and arm: counts of mature commitments by state.
-- These integers are all an estimate needs. Commitments whose exposure is unknown have no arm and are in no line but
-- `intention_to_treat`, whose arm is the prompt drawn for the check-out, whatever was booked. Rows are summed by the
-- numbers of persons and groups; their ids stand beside.
with outcomes as (
    select
        cluster_id,
        partner_cluster_id,
        coalesce(group_id, person_id) as group_id,
        group_number,
        person_id,
        person_number,
        arm,
        is_booked_late,
        state,
        is_group_six,
        is_mature,
        is_mature_14,
        is_mature_42,
        is_mature_due,
        kept,
        kept_14,
        kept_42,
        kept_due
    from commitment_outcomes
    where arm is not null
),

lines as (
    select
        'primary' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept
    from outcomes
    where is_mature
    union all
    select
        'horizon_14' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept_14 as kept
    from outcomes
    where is_mature_14
    union all
    select
        'horizon_42' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept_42 as kept
    from outcomes
    where is_mature_42
    union all
    select
        'own_due_date' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept_due as kept
    from outcomes
    where is_mature_due
    union all
    select
        'completed_six' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept
    from outcomes
    where is_mature and is_group_six
    union all
    select
        'partnerships_joined' as line,
        partner_cluster_id as cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept
    from outcomes
    where is_mature
    union all
    select
        'late_bookings_left_out' as line,
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        state,
        kept
    from outcomes
    where is_mature and not is_booked_late
),

prompted as (
    select
        cluster_id,
        group_id,
        group_number,
        person_id,
        person_number,
        arm,
        n_done,
        n_not_done,
        n_withdrawn,
        n_unknown,
        n_kept
    from prompted_check_outs
)

select
    line,
    cluster_id,
    group_number,
    min(group_id) as group_id,
    person_number,
    min(person_id) as person_id,
    arm,
    count(case when state = 'done' then 1 end) as n_done,
    count(case when state = 'not_done' then 1 end) as n_not_done,
    count(case when state = 'withdrawn' then 1 end) as n_withdrawn,
    count(case when state = 'unknown' then 1 end) as n_unknown,
    cast(sum(kept) as bigint) as n_kept
from lines
group by line, cluster_id, group_number, person_number, arm
union all
select
    'intention_to_treat' as line,
    cluster_id,
    group_number,
    min(group_id) as group_id,
    person_number,
    min(person_id) as person_id,
    arm,
    cast(sum(n_done) as bigint) as n_done,
    cast(sum(n_not_done) as bigint) as n_not_done,
    cast(sum(n_withdrawn) as bigint) as n_withdrawn,
    cast(sum(n_unknown) as bigint) as n_unknown,
    cast(sum(n_kept) as bigint) as n_kept
from prompted
group by cluster_id, group_number, person_number, arm
