-- Answers of somebody who had not been invited to the wave by then; only where invitations to the wave are known.
with waves as (
    select distinct wave
    from core_invitations
),

invited as (
    select
        person_id,
        wave,
        min(invited_us) as invited_us
    from core_invitations
    group by person_id, wave
)

select
    a.person_id,
    a.wave,
    a.question_id
from core_answers as a
inner join waves as w on a.wave = w.wave
left join invited as i on a.person_id = i.person_id and a.wave = i.wave
where i.invited_us is null or i.invited_us > a.answered_us
