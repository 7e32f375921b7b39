from __future__ import annotations

import math

import numpy as np
import pytest

from models.effects import trend
from models.effects.proportional_odds import clustered_score_test, fit_proportional_odds
from models.effects.result import Result, Thresholds
from models.effects.trend import SessionScores, pooled_trend, predicted_top_two, within_person_trend
from models.effects.usefulness import ScoreCells

FREE = Thresholds.none()


def scores(rows: list[tuple[int, int, int, int]]) -> SessionScores:
    """Rows of (group, person, session, score), one answer each; clusters are groups."""
    group, person, session, score = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return SessionScores(ScoreCells(group, group, person, np.eye(5, dtype=np.int64)[score - 1]), session)


def twice(first: list[int], second: list[int]) -> SessionScores:
    """One person per group, answering about sessions 1 and 2."""
    return scores(
        [
            (i, i, session, score)
            for session, given in ((1, first), (2, second))
            for i, score in enumerate(given)
        ]
    )


def drawn(n_groups: int, rng: np.random.Generator, slope: float, *, stays: float = 0.0) -> SessionScores:
    """Three people per group and six sessions; `stays` makes fond people stay the longer."""
    rows = []
    for person in range(3 * n_groups):
        fondness = 0.2 * rng.standard_normal()
        for session in range(1, 7):
            if session > 1 and rng.random() > 0.8 + stays * fondness:
                break
            chance = min(max(0.5 + fondness + slope * (session - 3.5), 0.02), 0.98)
            rows.append((person // 3, person, session, 4 if rng.random() < chance else 2))
    return scores(rows)


def test_with_two_sessions_the_slope_is_the_mean_change_with_the_error_of_a_paired_t_test() -> None:
    # Changes of the share: +1, +1, 0, 0, -1, +1.
    result = within_person_trend(twice([2, 3, 4, 1, 5, 2], [4, 5, 4, 2, 3, 4]), FREE)
    changes = [1, 1, 0, 0, -1, 1]
    assert (result.estimate, result.df) == pytest.approx((2 / 6, 5))
    assert result.se == pytest.approx(np.std(changes, ddof=1) / math.sqrt(6))


def test_people_of_one_session_do_not_count_within_people() -> None:
    more = scores([(9, 9, 1, 5), *[(i, i, s, 3 + s * (i % 2)) for i in range(6) for s in (1, 2)]])
    result = within_person_trend(more, FREE)
    assert (result.n_persons, result.n_answers) == (6, 12)


def test_a_cell_without_answers_makes_nobody_a_person_of_two_sessions() -> None:
    part = scores([(i, i, s, 4) for i in range(6) for s in (1, 2)])
    counts = part.cells.counts * (part.session == 1)[:, None]
    cells = ScoreCells(part.cells.cluster, part.cells.group, part.cells.person, counts)
    assert within_person_trend(SessionScores(cells, part.session), FREE).reasons[0] == "too_few_answers"


def test_the_slope_is_that_of_least_squares_with_a_level_for_everybody() -> None:
    given = drawn(12, np.random.default_rng(1), 0.05)
    y = given.n_top_two.astype(float)
    x = np.column_stack([given.session, np.eye(36)[given.cells.person]])
    assert within_person_trend(given, FREE).estimate == pytest.approx(np.linalg.lstsq(x, y)[0][0])
    x = np.column_stack([given.session, np.ones(y.size)])
    assert pooled_trend(given, FREE).estimate == pytest.approx(np.linalg.lstsq(x, y)[0][0])


def test_who_stays_moves_the_pooled_slope_and_not_the_one_within_people() -> None:
    # Six people who never find it useful answer once; six who always do answer three times.
    rows = [(i, i, 1, 2) for i in range(6)] + [(i, i, s, 5) for i in range(6, 12) for s in (1, 2, 3)]
    assert within_person_trend(scores(rows), FREE).estimate == pytest.approx(0.0)
    assert pooled_trend(scores(rows), FREE).estimate > 0.2  # type: ignore[operator]


def test_the_true_slope_is_recovered_with_95_percent_coverage_although_fond_people_stay() -> None:
    rng = np.random.default_rng(2)
    results = [within_person_trend(drawn(16, rng, 0.03, stays=0.8), FREE) for _ in range(300)]
    assert np.mean([r.estimate for r in results]) == pytest.approx(0.03, abs=0.004)
    covered = [r.ci is not None and r.ci.contains(0.03) for r in results]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)


def test_answers_all_alike_do_not_claim_certainty() -> None:
    result = within_person_trend(twice([4] * 12, [5] * 12), FREE)
    assert result.estimate == 0
    assert result.ci is not None
    assert result.ci.width > 0.1


@pytest.mark.parametrize(
    ("n_groups", "status", "reasons"),
    [
        (3, "refused", ("too_few_answers", "too_few_persons", "too_few_clusters")),
        (6, "early", ("too_few_clusters", "too_few_degrees_of_freedom")),
        (9, "early", ("too_few_clusters",)),
        (10, "ok", ()),
    ],
)
def test_the_trend_is_early_below_ten_clusters(n_groups: int, status: str, reasons: tuple[str, ...]) -> None:
    given = twice([2, 4] * 5, [4, 5] * 5)
    result = within_person_trend(given.rows(given.cells.group < n_groups), Thresholds())
    assert (result.status, result.reasons) == (status, reasons)


def test_answers_about_one_session_only_have_no_trend() -> None:
    one = scores([(i, i, 1, 3 + i % 3) for i in range(12)])
    assert pooled_trend(one, Thresholds()).reasons == ("one_session_only",)
    assert predicted_top_two(one, 1, Thresholds()).reasons == ("one_session_only",)


def test_one_component_gets_a_two_way_variance() -> None:
    given = drawn(30, np.random.default_rng(3), 0.0)
    cells = given.cells
    one = ScoreCells(np.zeros_like(cells.cluster), cells.group, cells.person, cells.counts)
    for result in (
        within_person_trend(SessionScores(one, given.session), Thresholds()),
        predicted_top_two(SessionScores(one, given.session), 6, Thresholds()),
    ):
        assert (result.variance, result.status) == ("two_way", "ok")


def test_with_two_scores_the_prediction_is_that_of_a_logit() -> None:
    # Sessions 1 and 2 only: the line runs through both shares.
    given = twice([4, 4, 2, 2, 2, 2, 2, 2], [4, 4, 4, 4, 4, 4, 2, 2])
    assert predicted_top_two(given, 1, FREE).estimate == pytest.approx(2 / 8)
    assert predicted_top_two(given, 2, FREE).estimate == pytest.approx(6 / 8)


def test_the_error_of_a_prediction_is_in_shares() -> None:
    # The line runs through both shares, so that its error is that of eight clusters' mean: p (1 - p) / 8 x 8/7.
    given = twice([4, 4, 2, 2, 2, 2, 2, 2], [4, 4, 4, 4, 4, 4, 2, 2])
    assert predicted_top_two(given, 1, FREE).se == pytest.approx(math.sqrt(0.25 * 0.75 / 7))


@pytest.mark.parametrize("score", [1, 5])
def test_without_answers_on_both_sides_of_the_cut_nothing_is_predicted(score: int) -> None:
    result = predicted_top_two(twice([score] * 12, [score] * 12), 6, Thresholds())
    assert (result.status, result.reasons) == ("refused", ("trend_not_fitted",))


def ordered(n_groups: int, rng: np.random.Generator, slope: float) -> SessionScores:
    group, session = np.repeat(np.arange(n_groups), 18), np.tile(np.arange(1, 7), 3 * n_groups)
    latent = slope * session + 0.5 * rng.standard_normal(n_groups)[group] + rng.logistic(size=group.size)
    score = 1 + np.searchsorted([-2.0, -1.0, 0.5, 2.0], latent)
    person = np.arange(group.size) // 6
    return scores(np.column_stack([group, person, session, score]).tolist())


def test_the_predicted_share_is_recovered_with_95_percent_coverage() -> None:
    rng = np.random.default_rng(4)
    many = ordered(6000, rng, 0.15)
    truth = many.n_top_two[many.session == 6].mean()
    results: list[Result] = [predicted_top_two(ordered(20, rng, 0.15), 6, FREE) for _ in range(300)]
    assert np.mean([r.estimate for r in results]) == pytest.approx(truth, abs=0.012)
    covered = [r.ci is not None and r.ci.contains(float(truth)) for r in results]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)


def test_the_always_valid_interval_of_a_prediction_is_the_wider_one() -> None:
    result = predicted_top_two(ordered(20, np.random.default_rng(5), 0.1), 6, Thresholds())
    assert result.ci is not None
    assert result.cs is not None
    assert result.cs.low < result.ci.low < result.ci.high < result.cs.high


def to_the_ends(n_groups: int) -> SessionScores:
    """Answers that move to both ends of the scale from session to session, so that no one slope fits."""
    rng = np.random.default_rng(6)
    given = ordered(n_groups, rng, 0.0)
    counts = given.cells.counts.copy()
    ends = rng.random(counts.shape[0]) < (given.session - 1) / 7
    counts[ends] = np.eye(5, dtype=np.int64)[np.where(rng.random(ends.sum()) < 0.5, 0, 4)]
    cells = ScoreCells(given.cells.cluster, given.cells.group, given.cells.person, counts)
    return SessionScores(cells, given.session)


def test_a_prediction_whose_odds_are_not_proportional_is_not_robust() -> None:
    result = predicted_top_two(to_the_ends(60), 6, Thresholds())
    assert (result.status, result.reasons) == ("not_robust", ("odds_not_proportional",))
    assert result.estimate is not None


@pytest.mark.parametrize(
    ("past", "status"), [(-1e-9, "ok"), (0.0, "ok"), (1e-9, "not_robust")], ids=["below", "on", "above"]
)
def test_one_slope_is_doubted_only_where_the_tests_p_value_is_below_the_level(
    monkeypatch: pytest.MonkeyPatch, past: float, status: str
) -> None:
    given = to_the_ends(12)
    counts, x = given.cells.counts, given.session[:, None].astype(float)
    fit = fit_proportional_odds(counts, x)
    assert fit is not None
    test = clustered_score_test(fit, counts, x, given.cells.cluster)
    assert test is not None
    monkeypatch.setattr(trend, "ODDS_LEVEL", test.p_value + past)
    assert predicted_top_two(given, 6, FREE).status == status


def test_few_clusters_make_a_prediction_early() -> None:
    result = predicted_top_two(ordered(5, np.random.default_rng(7), 0.1), 1, Thresholds())
    assert (result.status, result.reasons) == ("early", ("no_always_valid_interval",))


def test_a_session_number_is_needed_for_every_cell() -> None:
    part = twice([4], [5])
    with pytest.raises(ValueError, match="one session number per cell"):
        SessionScores(part.cells, part.session[:1])
