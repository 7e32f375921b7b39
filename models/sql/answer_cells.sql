-- One row per question, cluster, group and person: how often each score was given (scores 1 to 5 counted apart).
select
    a.question_id,
    k.cluster_id,
    k.last_group_id as group_id,
    a.person_id,
    count(*) as n_answers,
    sum(a.score) as score_sum,
    sum(a.score * a.score) as score_square_sum,
    sum(case when a.score = 1 then 1 else 0 end) as n_score_1,
    sum(case when a.score = 2 then 1 else 0 end) as n_score_2,
    sum(case when a.score = 3 then 1 else 0 end) as n_score_3,
    sum(case when a.score = 4 then 1 else 0 end) as n_score_4,
    sum(case when a.score = 5 then 1 else 0 end) as n_score_5
from core_answers as a
inner join person_clusters as k on a.person_id = k.person_id
group by a.question_id, k.cluster_id, k.last_group_id, a.person_id
