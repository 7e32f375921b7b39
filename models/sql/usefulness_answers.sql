-- One row per answer on how useful a session was, where the session is known: its number and when it began.
-- The group is the session's; where that lies outside the person's cluster, the person's last group stands in.
with answers as (
    select
        person_id,
        wave,
        session_id,
        answered_us,
        score
    from core_answers
    where question_id = 'usefulness'
),

sessions as (
    select
        session_id,
        group_id,
        session_number,
        coalesce(started_us, scheduled_us) as begun_us
    from core_sessions
),

held as (
    select
        session_id,
        row_number() over (
            partition by group_id
            order by coalesce(started_day, scheduled_day) asc nulls last, session_number asc nulls last, session_id asc nulls last
        ) as held_number
    from core_sessions
    where status = 'held'
),

group_clusters as (
    select
        m.group_id,
        min(k.cluster_id) as cluster_id
    from core_memberships as m
    inner join person_clusters as k on m.person_id = k.person_id
    group by m.group_id
)

select
    a.person_id,
    a.wave,
    a.session_id,
    coalesce(s.session_number, h.held_number) as session_number,
    k.cluster_id,
    case when g.cluster_id = k.cluster_id then s.group_id else k.last_group_id end as group_id,
    s.begun_us,
    a.answered_us,
    a.score
from answers as a
inner join sessions as s on a.session_id = s.session_id
inner join person_clusters as k on a.person_id = k.person_id
left join held as h on s.session_id = h.session_id
left join group_clusters as g on s.group_id = g.group_id
