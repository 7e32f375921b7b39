-- One row per commitment: arm, group, cluster, state, and whether it was kept, as of the cut.
-- Kept: done, on a day within the horizon or, with no such day, reported within horizon and lag.
-- `is_mature*` says whether the clock of that line has run out at the cut; `kept*` is 1 or 0, never unknown.
-- `person_number` and `group_number` are what estimates count by, as whole numbers are counted much faster than ids; a
-- person without a group is a group of one. They are numbered anew in every run and are never published.
with settings as (
    select
        cut_day,
        horizon_days,
        lag_days
    from run_settings
),

commitments as (
    select
        commitment_id,
        person_id,
        session_id,
        made_on,
        made_day,
        due_day,
        difficulty_1_5,
        importance_1_5,
        confidence_1_5,
        state,
        done_day,
        reported_day
    from core_commitments
),

exposure as (
    select
        commitment_id,
        is_booked,
        is_booked_late,
        is_exposure_unknown
    from commitment_exposure
),

sessions as (
    select
        session_id,
        group_id,
        session_number
    from core_sessions
),

member_of as (
    select
        c.commitment_id,
        min(m.group_id) as group_id
    from commitments as c
    inner join core_memberships as m
        on
            c.person_id = m.person_id
            and m.from_day <= c.made_day
            and (m.to_day is null or c.made_day <= m.to_day)
    group by c.commitment_id
),

clusters as (
    select
        person_id,
        row_number() over (order by person_id asc nulls last) as person_number,
        cluster_id,
        partner_cluster_id
    from person_clusters
),

groups_six as (
    select group_id
    from group_progress
    where n_sessions_held >= 6
),

last_spell as (
    select
        c.commitment_id,
        c.person_id,
        max(p.valid_from_day) as valid_from_day
    from commitments as c
    inner join core_people as p on c.person_id = p.person_id and p.valid_from_day <= c.made_day
    group by c.commitment_id, c.person_id
),

spells as (
    select
        l.commitment_id,
        p.department,
        p.level,
        p.cohort
    from last_spell as l
    inner join core_people as p on l.person_id = p.person_id and l.valid_from_day = p.valid_from_day
),

placed as (
    select
        c.commitment_id,
        c.person_id,
        c.session_id,
        coalesce(s.group_id, m.group_id) as group_id,
        s.session_number,
        c.made_on,
        c.made_day,
        c.due_day,
        c.difficulty_1_5,
        c.importance_1_5,
        c.confidence_1_5,
        c.state,
        c.done_day,
        c.reported_day,
        case
            when e.is_booked then 1
            when e.is_exposure_unknown then null
            else 0
        end as arm,
        e.is_booked_late,
        k.person_number,
        k.cluster_id,
        k.partner_cluster_id
    from commitments as c
    inner join exposure as e on c.commitment_id = e.commitment_id
    left join sessions as s on c.session_id = s.session_id
    left join member_of as m on c.commitment_id = m.commitment_id
    inner join clusters as k on c.person_id = k.person_id
),

counted_groups as (
    select distinct coalesce(group_id, person_id) as group_id
    from placed
),

numbered_groups as (
    select
        group_id,
        row_number() over (order by group_id asc nulls last) as group_number
    from counted_groups
)

select
    p.commitment_id,
    p.person_id,
    p.session_id,
    p.group_id,
    p.session_number,
    p.person_number,
    n.group_number,
    p.cluster_id,
    p.partner_cluster_id,
    z.cohort,
    z.department,
    z.level,
    p.made_on,
    p.made_day,
    p.due_day,
    p.difficulty_1_5,
    p.importance_1_5,
    p.confidence_1_5,
    p.arm,
    p.is_booked_late,
    p.state,
    p.done_day,
    p.reported_day,
    p.reported_day - p.made_day as report_days,
    g.group_id is not null as is_group_six,
    p.made_day + s.horizon_days + s.lag_days <= s.cut_day as is_mature,
    p.made_day + 14 + s.lag_days <= s.cut_day as is_mature_14,
    p.made_day + 42 + s.lag_days <= s.cut_day as is_mature_42,
    p.due_day is not null and p.due_day + s.lag_days <= s.cut_day as is_mature_due,
    case
        when p.state = 'done' and coalesce(p.done_day, p.reported_day - s.lag_days) <= p.made_day + s.horizon_days
            then 1
        else 0
    end as kept,
    case
        when p.state = 'done' and coalesce(p.done_day, p.reported_day - s.lag_days) <= p.made_day + 14 then 1
        else 0
    end as kept_14,
    case
        when p.state = 'done' and coalesce(p.done_day, p.reported_day - s.lag_days) <= p.made_day + 42 then 1
        else 0
    end as kept_42,
    case
        when p.state = 'done' and coalesce(p.done_day, p.reported_day - s.lag_days) <= p.due_day then 1
        else 0
    end as kept_due
from placed as p
cross join settings as s
inner join numbered_groups as n on coalesce(p.group_id, p.person_id) = n.group_id
left join groups_six as g on p.group_id = g.group_id
left join spells as z on p.commitment_id = z.commitment_id
