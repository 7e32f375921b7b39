"""The three-item loneliness score and how it changes.

What belongs here: scoring, the mean change of people asked at both times, and shares of them.
What does not: the wording of the items (the catalogue), models that use people asked once (`mixed_model`), and
any claim that a change is an effect (only `staggered` has a comparison).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.effects.arrays import whole_numbers
from models.effects.clustering import n_units, variance_kind
from models.effects.clusters import Membership
from models.effects.means import MeanFit, fit_mean, mean_result
from models.effects.rates import fit_share
from models.effects.result import (
    RESPONSE_TOO_LOW,
    TOO_FEW_CLUSTERS,
    TOO_FEW_DEGREES_OF_FREEDOM,
    TOO_FEW_PERSONS,
    Result,
    Sizes,
    Thresholds,
    refused,
)

ESTIMAND = "loneliness_change"
LONELY_FROM = 6
"""Lowest score, 3 to 9, that is called lonely here: a convention of users of the scale, not a diagnosis."""
_LOWEST_ITEM, _HIGHEST_ITEM = 1, 3
_LARGEST_CHANGE = 6


def ucla3_score(companionship: int | None, left_out: int | None, isolated: int | None) -> int | None:
    """Return the UCLA three-item score, 3 to 9, higher is lonelier; None unless all three are answered.

    Each item is 1 (hardly ever or never), 2 (some of the time) or 3 (often). No missing item is made up.

    Reference: Hughes, Waite, Hawkley & Cacioppo (2004), Research on Aging 26, 655-672,
    doi:10.1177/0164027504268574.

    Raises:
        ValueError: When an item is outside 1 to 3; other scales of the instrument have other ranges.
    """
    items = (companionship, left_out, isolated)
    names = ("companionship", "left_out", "isolated")
    for name, item in zip(names, items, strict=True):
        if item is not None and item not in range(_LOWEST_ITEM, _HIGHEST_ITEM + 1):
            raise ValueError(f"{name}: needs 1, 2 or 3; check which scale the survey used")
    answered = [item for item in items if item is not None]
    return sum(answered) if len(answered) == len(items) else None


def paired_change(
    cluster: ArrayLike,
    person: ArrayLike,
    change: ArrayLike,
    thresholds: Thresholds,
    *,
    group: ArrayLike | None = None,
    response_share: float | None = None,
) -> Result:
    """Estimate the mean within-person change of the score, later minus baseline; below zero is less lonely.

    Estimand: the mean change among the people asked at both times. A change, never an effect: season,
    regression to the mean and who answers again move it too. CR2 variance by cluster; where one cluster holds
    most people and `group` is given, by person and group spell. There is no always-valid interval: waves are
    few and planned.

    Args:
        cluster: Code of the cluster of each person, shape (n,).
        person: Code of the person, shape (n,); each occurs once.
        change: Score later minus score at the baseline, shape (n,), -6 to 6.
        thresholds: Limits and constants of the plan.
        group: Code of the person's group spell at the baseline, shape (n,).
        response_share: Share of baseline responders who answered again, 0 to 1, where known.

    Raises:
        ValueError: When a person occurs twice, lengths differ or a change is out of range.
    """
    clusters, people = whole_numbers("cluster", cluster), whole_numbers("person", person)
    groups = clusters if group is None else whole_numbers("group", group)
    values = _changes(change, people.size)
    if np.unique(people).size != people.size:
        raise ValueError("paired change: a person occurs twice; keep one pair of waves")
    membership = Membership(clusters, groups, people)
    sizes = _sizes(membership)
    reasons = change_refusals(membership, thresholds, response_share=response_share)
    if reasons:
        return refused(ESTIMAND, sizes, reasons)
    fit = fit_mean(np.ones_like(values), values, values**2, membership, thresholds, step=1.0)
    if fit is None:
        return refused(ESTIMAND, sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    return mean_result(ESTIMAND, fit, sizes, scale=(-_LARGEST_CHANGE, _LARGEST_CHANGE))


def share_of_people(
    estimand: str,
    membership: Membership,
    is_in_class: ArrayLike,
    thresholds: Thresholds,
    *,
    response_share: float | None = None,
) -> Result:
    """Estimate the share of people asked at both times who are in a class, with a cluster-robust interval.

    See `rates.fit_share` for the equations. Refused where a mean change of the same people is refused. It has no
    always-valid interval: waves are few and planned.

    Args:
        estimand: Stable code of what is estimated.
        membership: Cluster, group spell and person of each person; each person occurs once.
        is_in_class: Whether the person is in the class, shape (n,).
        thresholds: Limits and constants of the plan.
        response_share: Share of baseline responders who answered again, 0 to 1, where known.

    Raises:
        ValueError: When a person occurs twice or lengths differ.
    """
    within = np.asarray(is_in_class, dtype=bool).ravel()
    if within.size != membership.person.size or np.unique(membership.person).size != within.size:
        raise ValueError(f"{estimand}: needs one row per person, and one class for each")
    sizes = _sizes(membership)
    reasons = change_refusals(membership, thresholds, response_share=response_share)
    fit = (
        None if reasons else fit_share(np.ones(within.size), within.astype(np.float64), membership, thresholds)
    )
    if fit is None:
        return refused(estimand, sizes, reasons or (TOO_FEW_DEGREES_OF_FREEDOM,))
    return mean_result(
        estimand, MeanFit(fit.estimate, fit.se, fit.df, fit.ci, fit.variance), sizes, scale=(0.0, 1.0)
    )


def change_refusals(
    membership: Membership, thresholds: Thresholds, *, response_share: float | None = None
) -> tuple[str, ...]:
    """Return why nothing is said about the people asked at both times; empty where something is.

    Args:
        membership: Cluster, group spell and person of each person asked at both times.
        thresholds: Limits and constants of the plan.
        response_share: Share of baseline responders who answered again, 0 to 1, where known.
    """
    n = membership.person.size
    kind = variance_kind(membership, np.ones(n), thresholds.two_way_share)
    checks = (
        (n < max(thresholds.paired_persons, 1), TOO_FEW_PERSONS),
        (n_units(membership, kind) < thresholds.clusters, TOO_FEW_CLUSTERS),
        (response_share is not None and response_share < thresholds.paired_response, RESPONSE_TOO_LOW),
    )
    return tuple(code for failed, code in checks if failed)


def _sizes(membership: Membership) -> Sizes:
    return Sizes(
        n_persons=int(np.unique(membership.person).size), n_clusters=int(np.unique(membership.cluster).size)
    )


def _changes(change: ArrayLike, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = np.asarray(change, dtype=np.float64).ravel()
    if values.size != n or not np.all(np.abs(values) <= _LARGEST_CHANGE):
        raise ValueError("paired change: needs one change per person, each from -6 to 6; none may be missing")
    return values
