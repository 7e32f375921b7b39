-- One row per person and session with both: how useful the person expected it to be, and found it afterwards.
-- An expectation of the same wave is about that session; one of the baseline is about the person's first session,
-- and stands in where none was given before that session. Only what was said before it began counts.
with experiences as (
    select
        person_id,
        wave,
        session_id,
        cluster_id,
        group_id,
        begun_us,
        score
    from usefulness_answers
),

expectations as (
    select
        person_id,
        wave,
        answered_us,
        score
    from core_answers
    where question_id = 'expected_usefulness'
),

visits as (
    select
        t.person_id,
        t.session_id,
        coalesce(s.started_us, s.scheduled_us) as begun_us
    from core_attendance as t
    inner join core_sessions as s on t.session_id = s.session_id
    where t.attended and s.status = 'held'
    union
    select
        person_id,
        session_id,
        begun_us
    from experiences
),

first_visits as (
    select
        person_id,
        session_id,
        row_number() over (
            partition by person_id order by begun_us asc nulls last, session_id asc nulls last
        ) as visit_number
    from visits
),

said as (
    select
        e.person_id,
        e.session_id,
        e.cluster_id,
        e.group_id,
        x.score as own_score,
        case when x.answered_us < e.begun_us then 1 else 0 end as is_own_before,
        b.score as baseline_score,
        case when b.answered_us < e.begun_us then 1 else 0 end as is_baseline_before,
        e.score as experienced_score
    from experiences as e
    left join expectations as x on e.person_id = x.person_id and e.wave = x.wave
    left join first_visits as f
        on e.person_id = f.person_id and e.session_id = f.session_id and f.visit_number = 1
    left join expectations as b on f.person_id = b.person_id and b.wave = 'baseline'
),

chosen as (
    select
        person_id,
        session_id,
        cluster_id,
        group_id,
        own_score,
        is_own_before,
        baseline_score,
        is_baseline_before,
        experienced_score,
        case
            when is_own_before = 1 then 'before_session'
            when baseline_score is not null then 'baseline'
            else 'before_session'
        end as moment
    from said
    where own_score is not null or baseline_score is not null
)

select
    person_id,
    session_id,
    cluster_id,
    group_id,
    moment,
    case when moment = 'baseline' then baseline_score else own_score end as expected_score,
    experienced_score,
    case when moment = 'baseline' then is_baseline_before else is_own_before end as is_before_start
from chosen
