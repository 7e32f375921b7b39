-- One row: how many people have been invited to answer at least one survey wave.
select count(distinct person_id) as n_people
from core_invitations
