-- Reports of a commitment that was done before the day it was made.
select distinct
    r.person_id,
    r.reported_at,
    r.done_on
from core_outcome_reports as r
inner join core_commitments as c on r.commitment_id = c.commitment_id
where r.done_day < c.made_day
