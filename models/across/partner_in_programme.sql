-- Appointments whose partner is neither on the roster nor in any group; only where one of the two is known.
with members as (
    select person_id
    from core_people
    union
    select person_id
    from core_memberships
)

select a.appointment_id
from core_appointments as a
left join members as m on a.partner_person_id = m.person_id
where
    a.partner_person_id is not null
    and m.person_id is null
    and (select count(*) from members) > 0
