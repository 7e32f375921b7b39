-- One row per person, group, cohort, department, level and quarter of the answer: answers on how useful a session
-- was, and how many of them in the two highest steps. Quarters are numbers: 20263 is the third of 2026.
with answers as (
    select
        person_id,
        wave,
        answered_on,
        answered_day,
        score
    from core_answers
    where question_id = 'usefulness'
),

last_spell as (
    select
        a.person_id,
        a.wave,
        max(p.valid_from_day) as valid_from_day
    from answers as a
    inner join core_people as p on a.person_id = p.person_id and p.valid_from_day <= a.answered_day
    group by a.person_id, a.wave
),

placed as (
    select
        a.person_id,
        a.score,
        a.answered_on,
        coalesce(k.last_group_id, a.person_id) as group_id,
        p.cohort,
        p.department,
        p.level
    from answers as a
    left join person_clusters as k on a.person_id = k.person_id
    left join last_spell as l on a.person_id = l.person_id and a.wave = l.wave
    left join core_people as p on l.person_id = p.person_id and l.valid_from_day = p.valid_from_day
)

select
    person_id,
    group_id,
    cohort,
    department,
    level,
    year(answered_on) * 10 + quarter(answered_on) as quarter,
    count(*) as n_known,
    sum(case when score >= 4 then 1 else 0 end) as n_top_two
from placed
group by person_id, group_id, cohort, department, level, year(answered_on) * 10 + quarter(answered_on)
