-- One row per arm (1 with, 0 without, null where exposure is unknown): mature commitments and when they were reported.
select
    arm,
    count(*) as n_mature,
    count(distinct person_id) as n_people,
    sum(case when state = 'unknown' then 1 else 0 end) as n_unknown,
    median(report_days) as median_report_day
from commitment_outcomes
where is_mature
group by arm
