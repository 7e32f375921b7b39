-- One row per appointment, with the commitment it belongs to where exactly one fits.
-- A calendar event belongs to the one commitment its owner made in the 24 hours before the event was created.
with appointments as (
    select
        appointment_id,
        commitment_id,
        owner_person_id,
        partner_person_id,
        booked_at,
        booked_us,
        booked_on,
        booked_day,
        scheduled_at,
        scheduled_on,
        scheduled_day,
        state,
        origin
    from current_appointments
),

commitments as (
    select
        commitment_id,
        person_id,
        made_us
    from current_commitments
),

candidates as (
    select
        a.appointment_id,
        min(c.commitment_id) as commitment_id,
        count(*) as n_candidates
    from appointments as a
    inner join commitments as c
        on
            a.owner_person_id = c.person_id
            and c.made_us <= a.booked_us
            and a.booked_us <= c.made_us + 86400000000
    where a.commitment_id is null
    group by a.appointment_id
)

select
    a.appointment_id,
    case
        when a.commitment_id is not null then a.commitment_id
        when k.n_candidates = 1 then k.commitment_id
    end as commitment_id,
    case
        when a.commitment_id is not null then 'named'
        when a.booked_at is null then 'no_booking_time'
        when k.n_candidates = 1 then 'calendar'
        when k.n_candidates > 1 then 'several_candidates'
        else 'no_candidate'
    end as link,
    a.owner_person_id,
    a.partner_person_id,
    a.booked_at,
    a.booked_us,
    a.booked_on,
    a.booked_day,
    a.scheduled_at,
    a.scheduled_on,
    a.scheduled_day,
    a.state,
    a.origin
from appointments as a
left join candidates as k on a.appointment_id = k.appointment_id
