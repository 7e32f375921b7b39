-- One row per wave, cluster, group, pattern of characteristics and whether they answered: people, and their answers.
-- Bands: sessions attended up to the invitation, and the last answer on usefulness before it.
with people as (
    select
        wave,
        cluster_id,
        group_id,
        cohort,
        department,
        level,
        case
            when n_attended_before = 0 then 'none'
            when n_attended_before <= 2 then 'one_or_two'
            else 'three_or_more'
        end as attended_before,
        case
            when prior_useful_score is null then 'none'
            when prior_useful_score >= 4 then 'high'
            else 'low'
        end as prior_useful,
        is_answered,
        useful_score
    from response_people
)

select
    wave,
    cluster_id,
    group_id,
    cohort,
    department,
    level,
    attended_before,
    prior_useful,
    is_answered,
    count(*) as n_people,
    count(useful_score) as n_useful,
    sum(case when useful_score >= 4 then 1 else 0 end) as n_top_two
from people
group by wave, cluster_id, group_id, cohort, department, level, attended_before, prior_useful, is_answered
