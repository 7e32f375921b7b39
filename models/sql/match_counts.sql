-- One row per place where people are named x place they may be found in: people named, and how many of them are there.
-- A place is a kind of export, or a survey wave; `anywhere` is every place but the roster together.
-- An expectation given before a session is no answer to the pulse after it.
with elsewhere as (
    select
        'groups' as place,
        person_id
    from core_memberships
    union all
    select
        'attendance' as place,
        person_id
    from core_attendance
    union all
    select
        'check_outs' as place,
        person_id
    from core_commitments
    union all
    select
        'partners' as place,
        partner_person_id as person_id
    from core_appointments
    union all
    select
        'invitations' as place,
        person_id
    from core_invitations
    union all
    select
        wave as place,
        person_id
    from core_answers
    where question_id <> 'expected_usefulness' or wave = 'baseline'
),

named as (
    select
        'roster' as place,
        person_id
    from core_people
    union all
    select
        place,
        person_id
    from elsewhere
    union all
    select
        'anywhere' as place,
        person_id
    from elsewhere
),

people as (
    select distinct
        place,
        person_id
    from named
    where person_id is not null
),

places as (
    select
        place,
        count(*) as n_people
    from people
    group by place
),

matched as (
    select
        a.place,
        b.place as found_in,
        count(*) as n_matched
    from people as a
    inner join people as b on a.person_id = b.person_id
    group by a.place, b.place
)

select
    a.place,
    b.place as found_in,
    a.n_people,
    coalesce(m.n_matched, 0) as n_matched
from places as a
cross join places as b
left join matched as m on a.place = m.place and b.place = m.found_in
where a.place <> b.place
