-- One row per person and wave in which all three UCLA items were answered: their sum, 3 to 9.
-- Two of three items are no score: nothing is filled in for a missing one.
select
    a.person_id,
    k.cluster_id,
    k.last_group_id as group_id,
    a.wave,
    max(a.answered_day) as answered_day,
    sum(a.score) as loneliness_score
from core_answers as a
inner join person_clusters as k on a.person_id = k.person_id
where a.question_id in ('ucla_companionship', 'ucla_left_out', 'ucla_isolated')
group by a.person_id, k.cluster_id, k.last_group_id, a.wave
having count(*) = 3
