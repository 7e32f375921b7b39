-- Answers to some of the three loneliness items by somebody who left out the others in that wave.
with items as (
    select
        person_id,
        wave,
        question_id
    from core_answers
    where question_id in ('ucla_companionship', 'ucla_left_out', 'ucla_isolated')
),

counted as (
    select
        person_id,
        wave,
        count(*) as n_items
    from items
    group by person_id, wave
)

select
    i.person_id,
    i.wave,
    i.question_id
from items as i
inner join counted as c on i.person_id = c.person_id and i.wave = c.wave
where c.n_items < 3
