-- One row per session number, cluster, group and person: how often each score of usefulness was given.
select
    session_number,
    cluster_id,
    group_id,
    person_id,
    sum(case when score = 1 then 1 else 0 end) as n_score_1,
    sum(case when score = 2 then 1 else 0 end) as n_score_2,
    sum(case when score = 3 then 1 else 0 end) as n_score_3,
    sum(case when score = 4 then 1 else 0 end) as n_score_4,
    sum(case when score = 5 then 1 else 0 end) as n_score_5
from usefulness_answers
where session_number is not null
group by session_number, cluster_id, group_id, person_id
