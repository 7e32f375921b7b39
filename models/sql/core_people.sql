-- One row per person and spell; a spell without an end lasts until the person's next one.
with spells as (
    select
        person_id,
        cohort,
        department,
        level,
        manager_person_id,
        joined_on,
        joined_day,
        trained_on,
        trained_day,
        left_on,
        left_day,
        valid_from,
        valid_from_day,
        valid_to,
        valid_to_day,
        lead(valid_from) over (partition by person_id order by valid_from asc nulls last) as next_from,
        lead(valid_from_day) over (partition by person_id order by valid_from asc nulls last) as next_from_day
    from current_people
)

select
    person_id,
    cohort,
    department,
    level,
    manager_person_id,
    joined_on,
    joined_day,
    trained_on,
    trained_day,
    left_on,
    left_day,
    valid_from,
    valid_from_day,
    coalesce(valid_to, next_from) as valid_to,
    coalesce(valid_to_day, next_from_day) as valid_to_day
from spells
