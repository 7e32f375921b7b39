-- Draws that say both that a person was shown the prompt at a check-out and that they were not. Of each export
-- (files of one source with like names) what its latest delivery says counts, so that a correction settles it.
with said as (
    select
        h.session_id,
        h.person_id,
        h.prompt_shown,
        h.known_from,
        max(h.known_from) over (
            partition by h.session_id, h.person_id, h.source, regexp_replace(lower(f.name), '[^a-z]', '', 'g')
        ) as latest
    from core_assignments_history as h
    inner join files as f on h.file_id = f.file_id
)

select
    session_id,
    person_id
from said
where known_from = latest
group by session_id, person_id
having count(distinct prompt_shown) > 1
