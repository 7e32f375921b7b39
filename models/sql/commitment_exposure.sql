-- One row per commitment: whether an appointment (partner and date) was recorded at its check-out.
-- Booked later than the plan's hours is not exposure: a commitment has to survive to get one (immortal time).
-- Where it stays open when an appointment was booked, or for which commitment, exposure is unknown.
-- Booked late: named so in the form, or in the calendar for the owner's last check-out before it, within the horizon.
with settings as (
    select
        booking_us,
        horizon_days
    from run_settings
),

commitments as (
    select
        commitment_id,
        person_id,
        made_us,
        made_day
    from core_commitments
),

appointments as (
    select
        commitment_id,
        owner_person_id,
        partner_person_id,
        booked_us,
        booked_day,
        scheduled_day,
        link
    from core_appointments
    where partner_person_id is not null and partner_person_id <> owner_person_id and scheduled_day is not null
),

booked as (
    select distinct c.commitment_id
    from commitments as c
    inner join appointments as a on c.commitment_id = a.commitment_id
    cross join settings as s
    where a.booked_us <= c.made_us + s.booking_us
),

late_named as (
    select distinct c.commitment_id
    from commitments as c
    inner join appointments as a on c.commitment_id = a.commitment_id
    cross join settings as s
    where a.booked_us > c.made_us + s.booking_us
),

last_before_booking as (
    select
        a.owner_person_id,
        a.booked_us,
        a.booked_day,
        max(c.made_us) as made_us
    from appointments as a
    inner join commitments as c on a.owner_person_id = c.person_id and c.made_us <= a.booked_us
    where a.link = 'no_candidate'
    group by a.owner_person_id, a.booked_us, a.booked_day
),

late_unnamed as (
    select distinct c.commitment_id
    from commitments as c
    inner join last_before_booking as l on c.person_id = l.owner_person_id and c.made_us = l.made_us
    cross join settings as s
    where l.booked_us > c.made_us + s.booking_us and l.booked_day <= c.made_day + s.horizon_days
),

late as (
    select commitment_id from late_named
    union
    select commitment_id from late_unnamed
),

open_several as (
    select distinct c.commitment_id
    from commitments as c
    inner join appointments as a on c.person_id = a.owner_person_id
    cross join settings as s
    where
        a.link = 'several_candidates'
        and c.made_us <= a.booked_us
        and a.booked_us <= c.made_us + s.booking_us
),

last_before as (
    select
        a.owner_person_id,
        a.scheduled_day,
        max(c.made_day) as made_day
    from appointments as a
    inner join commitments as c on a.owner_person_id = c.person_id and c.made_day <= a.scheduled_day
    where a.link = 'no_booking_time'
    group by a.owner_person_id, a.scheduled_day
),

open_no_time as (
    select distinct c.commitment_id
    from commitments as c
    inner join last_before as l on c.person_id = l.owner_person_id and c.made_day = l.made_day
),

open_named as (
    select distinct commitment_id
    from appointments
    where link = 'named' and booked_us is null
),

unsure as (
    select commitment_id from open_named
    union
    select commitment_id from open_several
    union
    select commitment_id from open_no_time
)

select
    c.commitment_id,
    b.commitment_id is not null as is_booked,
    b.commitment_id is null and l.commitment_id is not null as is_booked_late,
    b.commitment_id is null and u.commitment_id is not null as is_exposure_unknown
from commitments as c
left join booked as b on c.commitment_id = b.commitment_id
left join late as l on c.commitment_id = l.commitment_id
left join unsure as u on c.commitment_id = u.commitment_id
