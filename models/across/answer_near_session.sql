-- Answers given too many days before or after the session they are about.
select
    a.person_id,
    a.wave,
    a.question_id
from core_answers as a
inner join core_sessions as s on a.session_id = s.session_id
cross join rule_limits as l
where abs(a.answered_day - coalesce(s.started_day, s.scheduled_day)) > l.answer_days
