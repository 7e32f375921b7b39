-- One row per person, group, arm, cohort, department, level and quarter of check-out: mature commitments with a
-- known outcome, how many of them were kept. Quarters are numbers: 20263 is the third of 2026.
with outcomes as (
    select
        person_id,
        coalesce(group_id, person_id) as group_id,
        arm,
        cohort,
        department,
        level,
        made_on,
        kept
    from commitment_outcomes
    where is_mature and arm is not null and state <> 'unknown'
)

select
    person_id,
    group_id,
    arm,
    cohort,
    department,
    level,
    year(made_on) * 10 + quarter(made_on) as quarter,
    count(*) as n_known,
    sum(kept) as n_kept
from outcomes
group by person_id, group_id, arm, cohort, department, level, year(made_on) * 10 + quarter(made_on)
