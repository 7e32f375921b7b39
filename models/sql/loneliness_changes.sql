-- One row per person and wave after the baseline: the change of the loneliness score since the baseline.
-- The wave `latest` is the person's last one at least eight weeks after the baseline.
with scores as (
    select
        person_id,
        cluster_id,
        group_id,
        wave,
        answered_day,
        loneliness_score
    from loneliness_scores
),

baseline as (
    select
        person_id,
        answered_day,
        loneliness_score
    from scores
    where wave = 'baseline'
),

changes as (
    select
        s.person_id,
        s.cluster_id,
        s.group_id,
        s.wave,
        s.answered_day - b.answered_day as days_since_baseline,
        b.loneliness_score as baseline_score,
        s.loneliness_score - b.loneliness_score as change_score
    from scores as s
    inner join baseline as b on s.person_id = b.person_id
    where s.wave <> 'baseline' and s.answered_day > b.answered_day
),

ranked as (
    select
        person_id,
        cluster_id,
        group_id,
        wave,
        days_since_baseline,
        baseline_score,
        change_score,
        row_number() over (
            partition by person_id order by days_since_baseline desc nulls last, wave desc nulls last
        ) as from_last
    from changes
    where days_since_baseline >= 56
)

select
    person_id,
    cluster_id,
    group_id,
    wave,
    days_since_baseline,
    baseline_score,
    change_score
from changes
union all
select
    person_id,
    cluster_id,
    group_id,
    'latest' as wave,
    days_since_baseline,
    baseline_score,
    change_score
from ranked
where from_last = 1
