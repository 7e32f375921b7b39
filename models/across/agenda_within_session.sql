-- Sessions whose parts took longer than the session.
select session_id
from core_sessions
where
    coalesce(check_in_minutes, 0) + coalesce(problem_solving_minutes, 0) + coalesce(check_out_minutes, 0)
    > (ended_us - started_us) / 60000000e0
