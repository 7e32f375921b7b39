-- Commitments made at a session by somebody who was not there; only where attendance of the session is known.
with known as (
    select distinct session_id
    from core_attendance
),

there as (
    select
        session_id,
        person_id
    from core_attendance
    where attended
)

select c.commitment_id
from core_commitments as c
inner join known as k on c.session_id = k.session_id
left join there as t on c.session_id = t.session_id and c.person_id = t.person_id
where t.person_id is null
