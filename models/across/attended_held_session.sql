-- Attendance of somebody who was there, at a session that was not held.
select
    a.session_id,
    a.person_id
from core_attendance as a
inner join core_sessions as s on a.session_id = s.session_id
where a.attended and s.status in ('cancelled', 'moved')
