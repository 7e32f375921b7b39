"""Every limit of the estimates about answers: what lies on it is enough, and one step less is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from limits import FREE, SLIGHTLY, Estimate, Limit, holds, sides

from models.effects.clusters import Membership
from models.effects.expectation_gap import (
    ExpectationPairs,
    expectation_gap,
    net_exceeded,
    share_exceeded,
    share_fell_short,
)
from models.effects.loneliness import paired_change, share_of_people
from models.effects.mixed_model import mixed_model_change
from models.effects.reliability import cronbach_alpha, mcdonald_omega
from models.effects.response_weights import ResponseCells, weighted_top_two
from models.effects.staggered import TOO_FEW_NOT_YET_STARTED, StaggeredScores, staggered_difference
from models.effects.trend import SessionScores, pooled_trend, predicted_top_two, within_person_trend
from models.effects.usefulness import ScoreCells, mean_score, top_two_share

ANSWERS, PERSONS, CLUSTERS, DF = (
    "too_few_answers",
    "too_few_persons",
    "too_few_clusters",
    "too_few_degrees_of_freedom",
)
# Eleven people of 5 groups, 2 or 3 in each.
PERSON = np.arange(11)
GROUP = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4])
PEOPLE = Membership(GROUP, GROUP, PERSON)
# Asked about sessions 1 to 3: 33 answers.
THRICE = np.repeat(PERSON, 3)
SESSION = np.tile([1, 2, 3], 11)
SCORE = np.random.default_rng(3).integers(1, 6, 33)
SCORES = SessionScores(
    ScoreCells(GROUP[THRICE], GROUP[THRICE], THRICE, np.eye(5, dtype=np.int64)[SCORE - 1]), SESSION
)
# One pair for everybody and a second one for the first four: 15 pairs.
OF_PAIR = np.concatenate([PERSON, PERSON[:4]])
PAIRS = ExpectationPairs.from_scores(
    Membership(GROUP[OF_PAIR], GROUP[OF_PAIR], OF_PAIR), np.tile([3, 4, 2], 5), np.tile([4, 3, 5, 3, 2], 3)
)
# Twenty people asked in each of 5 groups, of whom 4 answered: 20 answers of 20 people.
ASKED = ResponseCells(
    np.arange(5),
    np.arange(5),
    np.zeros((5, 1)),
    np.full(5, 20),
    np.full(5, 4),
    np.array([1, 2, 3, 2, 1]),
)
CHANGE = np.array([-2, -1, 0, 1, -1, 0, -2, 1, -1, 0, 1])
# Fifty people of 10 groups; what they are and chance make the three items.
FIFTY = Membership(np.arange(50) // 5, np.arange(50) // 5, np.arange(50))
ITEMS = np.clip(
    np.round(2 + np.arange(50)[:, None] % 5 * 0.5 - 1 + np.random.default_rng(4).normal(0, 0.6, (50, 3))), 1, 3
)
TWICE = Membership(*(np.concatenate([part, part]) for part in (GROUP, GROUP, PERSON)))


def started_and_waiting(n_started: int, n_waiting: int) -> StaggeredScores:
    """People of groups of two asked in two periods, of whom some started between the two."""
    n = n_started + n_waiting
    person, period = np.repeat(np.arange(n), 2), np.tile([0, 1], n)
    group = np.concatenate([np.arange(n_started) // 2, 100 + np.arange(n_waiting) // 2])[person]
    score = np.random.default_rng(6).integers(3, 10, 2 * n).astype(float)
    return StaggeredScores(
        group, group, person, period, ((person < n_started) & (period == 1)).astype(int), score
    )


FEW_STARTED, FEW_WAITING = started_and_waiting(9, 14), started_and_waiting(14, 9)
ESTIMATES: dict[str, Estimate] = {
    "top two": lambda limits: top_two_share(SCORES.cells, limits),
    "mean": lambda limits: mean_score(SCORES.cells, limits),
    "trend within people": lambda limits: within_person_trend(SCORES, limits),
    "trend of all": lambda limits: pooled_trend(SCORES, limits),
    "predicted": lambda limits: predicted_top_two(SCORES, 2, limits),
    "gap": lambda limits: expectation_gap(PAIRS, limits),
    "exceeded": lambda limits: share_exceeded(PAIRS, limits),
    "fell short": lambda limits: share_fell_short(PAIRS, limits),
    "net": lambda limits: net_exceeded(PAIRS, limits),
    "weighted": lambda limits: weighted_top_two(ASKED, np.full(5, 0.2), limits),
    "change": lambda limits: paired_change(GROUP, PERSON, CHANGE, limits, response_share=0.55),
    "share of people": lambda limits: share_of_people("s", PEOPLE, CHANGE < 0, limits, response_share=0.55),
    "mixed": lambda limits: mixed_model_change(
        TWICE,
        np.repeat([0, 1], 11),
        np.concatenate([6 + CHANGE % 3, 6 + CHANGE % 2]),
        limits,
        response_share=0.55,
    ),
    "alpha": lambda limits: cronbach_alpha(FIFTY, ITEMS, limits),
    "omega": lambda limits: mcdonald_omega(FIFTY, ITEMS, limits),
    "few started": lambda limits: staggered_difference(FEW_STARTED, limits).result,
    "few waiting": lambda limits: staggered_difference(FEW_WAITING, limits).result,
}


OF_ANSWERS = [
    Limit("answers", 33, ANSWERS),
    Limit("answer_persons", 11, PERSONS),
    Limit("clusters", 5, CLUSTERS),
]
OF_PAIRS = [replace(OF_ANSWERS[0], found=15), *OF_ANSWERS[1:]]
OF_CHANGE = [
    Limit("paired_persons", 11, PERSONS),
    Limit("clusters", 5, CLUSTERS),
    Limit("paired_response", 0.55, "response_too_low", SLIGHTLY),
]
OF_ITEMS = [Limit("paired_persons", 50, PERSONS), Limit("clusters", 10, CLUSTERS)]


def of_df(name: str, *fields: str) -> list[Limit]:
    """Limits on the degrees of freedom that an estimate of the drawn data has."""
    df = ESTIMATES[name](FREE).df
    assert df is not None
    no_sequence = {"sequence_df": "no_always_valid_interval"}
    return [
        Limit(field, df, no_sequence.get(field, DF), SLIGHTLY, "refused" if field == "df" else "early")
        for field in fields
    ]


def of_trend(name: str) -> list[Limit]:
    early = Limit("early_clusters", 5, CLUSTERS, status="early")
    return [*OF_ANSWERS, early, *of_df(name, "df", "early_df")]


def of_start(name: str, reason: str) -> list[Limit]:
    """The nine people of one side are of five groups."""
    early = Limit("early_clusters", 5, CLUSTERS, status="early")
    persons = Limit("paired_persons", 9, reason)
    return [persons, Limit("clusters", 5, CLUSTERS), early, *of_df(name, "df", "early_df")]


LIMITS: dict[str, list[Limit]] = {
    "top two": [*OF_ANSWERS, *of_df("top two", "sequence_df")],
    "mean": OF_ANSWERS,
    "trend within people": of_trend("trend within people"),
    "trend of all": of_trend("trend of all"),
    "predicted": [*OF_ANSWERS, *of_df("predicted", "sequence_df")],
    "gap": OF_PAIRS,
    "exceeded": [*OF_PAIRS, *of_df("exceeded", "sequence_df")],
    "fell short": [*OF_PAIRS, *of_df("fell short", "sequence_df")],
    "net": OF_PAIRS,
    "weighted": [
        Limit("answers", 20, ANSWERS),
        Limit("answer_persons", 20, PERSONS),
        Limit("clusters", 5, CLUSTERS),
    ],
    "change": OF_CHANGE,
    "share of people": OF_CHANGE,
    "mixed": [*OF_CHANGE, *of_df("mixed", "df")],
    "alpha": OF_ITEMS,
    "omega": OF_ITEMS,
    "few started": of_start("few started", PERSONS),
    "few waiting": of_start("few waiting", TOO_FEW_NOT_YET_STARTED),
}


@pytest.mark.parametrize(("estimate", "limit", "side"), sides(ESTIMATES, LIMITS))
def test_what_lies_on_a_limit_is_enough_and_one_step_past_it_is_not(
    estimate: Estimate, limit: Limit, side: str
) -> None:
    holds(estimate, limit, side)
