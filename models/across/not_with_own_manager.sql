-- Memberships of somebody who is in the same group as their manager on the same day.
with spells as (
    select
        person_id,
        manager_person_id,
        valid_from_day,
        coalesce(valid_to_day - 1, 1000000000) as last_day
    from core_people
    where manager_person_id is not null
),

memberships as (
    select
        group_id,
        person_id,
        from_on,
        from_day,
        coalesce(to_day, 1000000000) as last_day
    from core_memberships
)

select distinct
    m.group_id,
    m.person_id,
    m.from_on
from memberships as m
inner join spells as p
    on m.person_id = p.person_id and m.from_day <= p.last_day and p.valid_from_day <= m.last_day
inner join memberships as b
    on
        m.group_id = b.group_id
        and p.manager_person_id = b.person_id
        and b.from_day <= m.last_day
        and b.from_day <= p.last_day
        and m.from_day <= b.last_day
        and p.valid_from_day <= b.last_day
