-- One row per person and occasion with a loneliness score: `baseline`, and `latest`, the person's last wave at
-- least eight weeks after the baseline or, without a baseline, after the first session. Who has only one of the
-- two is in: the mixed model uses both kinds.
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
        answered_day
    from scores
    where wave = 'baseline'
),

later as (
    select
        s.person_id,
        s.cluster_id,
        s.group_id,
        s.wave,
        s.answered_day,
        s.loneliness_score
    from scores as s
    left join baseline as b on s.person_id = b.person_id
    left join loneliness_starts as f on s.person_id = f.person_id
    where s.wave <> 'baseline' and s.answered_day - coalesce(b.answered_day, f.start_day) >= 56
),

ranked as (
    select
        person_id,
        cluster_id,
        group_id,
        loneliness_score,
        row_number() over (
            partition by person_id order by answered_day desc nulls last, wave desc nulls last
        ) as from_last
    from later
)

select
    person_id,
    cluster_id,
    group_id,
    'baseline' as occasion,
    loneliness_score
from scores
where wave = 'baseline'
union all
select
    person_id,
    cluster_id,
    group_id,
    'latest' as occasion,
    loneliness_score
from ranked
where from_last = 1
