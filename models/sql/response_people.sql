-- One row per person and wave the person was asked in: what was known of the person then, and what came back.
-- An expectation said before a session is no answer to what is asked after it.
with invited as (
    select
        person_id,
        wave,
        min(invited_day) as invited_day,
        min(invited_us) as invited_us
    from core_invitations
    group by person_id, wave
),

answered as (
    select
        person_id,
        wave,
        max(case when question_id = 'usefulness' then score end) as useful_score
    from core_answers
    where question_id <> 'expected_usefulness' or wave = 'baseline'
    group by person_id, wave
),

last_spell as (
    select
        i.person_id,
        i.wave,
        max(p.valid_from_day) as valid_from_day
    from invited as i
    inner join core_people as p on i.person_id = p.person_id and p.valid_from_day <= i.invited_day
    group by i.person_id, i.wave
),

member_of as (
    select
        i.person_id,
        i.wave,
        min(m.group_id) as group_id
    from invited as i
    inner join core_memberships as m
        on
            i.person_id = m.person_id
            and m.from_day <= i.invited_day
            and (m.to_day is null or i.invited_day <= m.to_day)
    group by i.person_id, i.wave
),

attended as (
    select
        i.person_id,
        i.wave,
        count(*) as n_attended
    from invited as i
    inner join core_attendance as t on i.person_id = t.person_id
    inner join core_sessions as s on t.session_id = s.session_id
    where t.attended and s.status = 'held' and coalesce(s.started_us, s.scheduled_us) < i.invited_us
    group by i.person_id, i.wave
),

earlier as (
    select
        i.person_id,
        i.wave,
        a.score,
        row_number() over (
            partition by i.person_id, i.wave order by a.answered_us desc nulls last, a.wave desc nulls last
        ) as from_last
    from invited as i
    inner join core_answers as a
        on
            i.person_id = a.person_id
            and a.question_id = 'usefulness'
            and a.wave <> i.wave
            and a.answered_us < i.invited_us
),

baseline as (
    select
        person_id,
        loneliness_score
    from loneliness_scores
    where wave = 'baseline'
)

select
    i.wave,
    i.person_id,
    k.cluster_id,
    coalesce(m.group_id, k.last_group_id, i.person_id) as group_id,
    p.cohort,
    p.department,
    p.level,
    coalesce(t.n_attended, 0) as n_attended_before,
    e.score as prior_useful_score,
    b.loneliness_score as baseline_loneliness_score,
    case when a.person_id is not null then 1 else 0 end as is_answered,
    a.useful_score
from invited as i
left join person_clusters as k on i.person_id = k.person_id
left join answered as a on i.person_id = a.person_id and i.wave = a.wave
left join last_spell as l on i.person_id = l.person_id and i.wave = l.wave
left join core_people as p on l.person_id = p.person_id and l.valid_from_day = p.valid_from_day
left join member_of as m on i.person_id = m.person_id and i.wave = m.wave
left join attended as t on i.person_id = t.person_id and i.wave = t.wave
left join earlier as e on i.person_id = e.person_id and i.wave = e.wave and e.from_last = 1
left join baseline as b on i.person_id = b.person_id
