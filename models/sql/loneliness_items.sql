-- One row per person and wave in which all three UCLA items were answered: the answers, 1 to 3 each, and when.
-- Two of three items are no row: nothing is filled in for a missing one.
select
    a.person_id,
    k.cluster_id,
    k.last_group_id as group_id,
    a.wave,
    max(a.answered_day) as answered_day,
    max(a.answered_us) as answered_us,
    max(case when a.question_id = 'ucla_companionship' then a.score end) as companionship_score,
    max(case when a.question_id = 'ucla_left_out' then a.score end) as left_out_score,
    max(case when a.question_id = 'ucla_isolated' then a.score end) as isolated_score
from core_answers as a
inner join person_clusters as k on a.person_id = k.person_id
where a.question_id in ('ucla_companionship', 'ucla_left_out', 'ucla_isolated')
group by a.person_id, k.cluster_id, k.last_group_id, a.wave
having count(*) = 3
