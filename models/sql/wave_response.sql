-- One row per survey wave: people invited, and how many of them answered at least one question.
-- An expectation given before a session is no answer to the pulse after it.
with invited as (
    select distinct
        wave,
        person_id
    from core_invitations
),

answered as (
    select distinct
        wave,
        person_id
    from core_answers
    where question_id <> 'expected_usefulness' or wave = 'baseline'
)

select
    i.wave,
    count(*) as n_invited,
    sum(case when a.person_id is not null then 1 else 0 end) as n_answered
from invited as i
left join answered as a on i.wave = a.wave and i.person_id = a.person_id
group by i.wave
