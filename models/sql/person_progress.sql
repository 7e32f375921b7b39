-- One row per person known to the programme: trained, member of a group, sessions attended.
with settings as (
    select cut_day
    from run_settings
),

people as (
    select
        p.person_id,
        max(case when p.trained_day <= s.cut_day then 1 else 0 end) as is_trained,
        max(case when p.left_day <= s.cut_day then 1 else 0 end) as is_left
    from core_people as p
    cross join settings as s
    group by p.person_id
),

members as (
    select distinct person_id
    from core_memberships
),

attended as (
    select
        a.person_id,
        count(*) as n_expected,
        sum(case when a.attended then 1 else 0 end) as n_attended
    from core_attendance as a
    inner join core_sessions as s on a.session_id = s.session_id
    where s.status = 'held'
    group by a.person_id
),

everybody as (
    select person_id from people
    union
    select person_id from members
    union
    select person_id from attended
)

select
    e.person_id,
    k.cluster_id,
    coalesce(p.is_trained, 0) as is_trained,
    coalesce(p.is_left, 0) as is_left,
    case when m.person_id is not null then 1 else 0 end as is_member,
    coalesce(a.n_expected, 0) as n_sessions_expected,
    coalesce(a.n_attended, 0) as n_sessions_attended
from everybody as e
left join person_clusters as k on e.person_id = k.person_id
left join people as p on e.person_id = p.person_id
left join members as m on e.person_id = m.person_id
left join attended as a on e.person_id = a.person_id
