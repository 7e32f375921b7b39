-- Commitments that were due before the day they were made.
select commitment_id
from core_commitments
where due_day < made_day
