-- Memberships of a person who is in two groups on the same day.
select distinct
    a.group_id,
    a.person_id,
    a.from_on
from core_memberships as a
inner join core_memberships as b
    on
        a.person_id = b.person_id
        and a.group_id <> b.group_id
        and a.from_day <= coalesce(b.to_day, a.from_day)
        and b.from_day <= coalesce(a.to_day, b.from_day)
