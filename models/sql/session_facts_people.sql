-- One row: how many people were in sessions of which each fact is known; a column is named like that of `session_facts`.
select
    count(distinct case when f.session_minutes is not null then a.person_id end) as session_minutes,
    count(distinct case when f.check_in_minutes is not null then a.person_id end) as check_in_minutes,
    count(distinct case when f.problem_solving_minutes is not null then a.person_id end) as problem_solving_minutes,
    count(distinct case when f.check_out_minutes is not null then a.person_id end) as check_out_minutes,
    count(distinct case when f.focus_minutes_each is not null then a.person_id end) as focus_minutes_each,
    count(distinct case when f.focus_evenness is not null then a.person_id end) as focus_evenness,
    count(distinct case when f.days_since_last is not null then a.person_id end) as days_since_last,
    count(distinct case when f.is_self_run is not null then a.person_id end) as is_self_run,
    count(distinct case when f.is_cross_department is not null then a.person_id end) as is_cross_department,
    count(distinct case when f.is_next_booked is not null then a.person_id end) as is_next_booked
from session_attendees as a
inner join session_facts as f on a.session_id = f.session_id
