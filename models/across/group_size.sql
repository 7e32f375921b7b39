-- Memberships of a group that has too many members at once, or that met with too few.
with looked_at as (
    select
        group_id,
        from_day as day_number,
        false as is_met
    from core_memberships
    union
    select
        group_id,
        coalesce(started_day, scheduled_day) as day_number,
        true as is_met
    from core_sessions
    where status = 'held'
),

present as (
    select
        d.group_id,
        d.day_number,
        d.is_met,
        m.person_id,
        m.from_on
    from looked_at as d
    inner join core_memberships as m
        on
            d.group_id = m.group_id
            and m.from_day <= d.day_number
            and coalesce(m.to_day, d.day_number) >= d.day_number
),

sizes as (
    select
        group_id,
        day_number,
        is_met,
        count(distinct person_id) as n_members
    from present
    group by group_id, day_number, is_met
)

select distinct
    p.group_id,
    p.person_id,
    p.from_on
from present as p
inner join sizes as s
    on p.group_id = s.group_id and p.day_number = s.day_number and p.is_met = s.is_met
cross join rule_limits as l
where s.n_members > l.most_members or (s.is_met and s.n_members < l.least_members)
