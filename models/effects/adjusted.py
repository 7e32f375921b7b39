"""The difference between the arms, allowing for what was known before check-out.

What belongs here: g-computation, the doubly robust estimate (AIPW) and weighted differences (inverse probability,
overlap), each on counts per covariate pattern, with its influence function.
What does not: their variances (`unit_variance`), their refusals (`adjusted_result`), the columns (`covariates`).

Every estimator has two methods. `estimates(n, y)` takes weights and outcome sums per pattern, for a batch of data
sets at once, and fits all its models anew on each. `influence(n, y)` gives, per pattern, two numbers a and b such that
n a + y b, summed over a cluster's rows, is to first order what that cluster adds to the estimate; the estimation of
the models themselves is allowed for.

All need: the appointment is well defined (consistency), everybody could have had either arm (positivity), and
nothing outside the columns makes people both book and keep (no unmeasured confounding). The last is the assumption
that could be false; `robustness` says how strong a breach it would take.

References:
    Hernan & Robins (2020), Causal Inference: What If, chapters 11-15.
    Robins, Rotnitzky & Zhao (1994), Journal of the American Statistical Association 89, 846-866,
    doi:10.1080/01621459.1994.10476818.
    Bang & Robins (2005), Biometrics 61, 962-973, doi:10.1111/j.1541-0420.2005.00377.x.
    Li, Morgan & Zaslavsky (2018), Journal of the American Statistical Association 113, 390-400,
    doi:10.1080/01621459.2016.1260466.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from scipy.special import expit

from models.effects.arrays import FloatArray
from models.effects.gram import solve_gram, weighted_gram
from models.effects.logit import fit_logit

Family = Literal["logit", "linear"]
Weighting = Literal["inverse", "overlap"]

LIMITS = (0.025, 0.975)
"""An estimated chance of an appointment outside these is cut to them before anything is divided by it."""


class Influence(NamedTuple):
    """An estimate, and what one unit of weight and one of outcome in a pattern add to it, each of shape (C,)."""

    estimate: float
    per_n: FloatArray
    per_y: FloatArray


class Estimator(Protocol):
    """An estimate made from weights and outcome sums per pattern."""

    def estimates(self, n: FloatArray, y: FloatArray) -> FloatArray:
        """Return the estimate for each of a batch, shapes (B, C) -> (B,)."""

    def influence(self, n: FloatArray, y: FloatArray) -> Influence:
        """Return the estimate of one data set and the influence of each pattern on it, shapes (C,)."""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeModel:
    """A regression of the outcome on columns and the arm.

    Attributes:
        observed: Columns as they were, shape (C, p + e): p whatever the arm, intercept included, then e that count
            with an appointment only, as they are with one and 0 without.
        effect: The last e columns as they would be with an appointment, shape (C, e): ones for one common effect,
            further ones where the effect may vary with a column.
        arm: 1 with an appointment, 0 without, shape (C,).
        family: `logit` for shares, `linear` for any outcome.
    """

    observed: FloatArray
    effect: FloatArray
    arm: FloatArray
    family: Family = "logit"

    @classmethod
    def of_columns(
        cls, x: FloatArray, arm: FloatArray, family: Family = "logit", varying: FloatArray | None = None
    ) -> OutcomeModel:
        """Return the model of columns x, shape (C, p), and of an effect that may vary with further ones, (C, e)."""
        effect = np.ones((arm.size, 1))
        if varying is not None:
            effect = np.hstack([effect, varying])
        return cls(np.hstack([x, arm[:, None] * effect]), effect, arm, family)

    @property
    def x(self) -> FloatArray:
        """Columns whatever the arm, shape (C, p)."""
        return self.observed[:, : self.observed.shape[1] - self.effect.shape[1]]

    def fit(self, n: FloatArray, y: FloatArray) -> FloatArray:
        """Return coefficients for each of a batch, shape (B, p + e)."""
        if self.family == "logit":
            return np.atleast_2d(fit_logit(self.observed, n, y).coefficients)
        beta, is_full = solve_gram(weighted_gram(self.observed, n), y @ self.observed)
        if not is_full.all():
            raise ValueError("linear model: columns depend on each other; drop one or refuse the number")
        return beta

    def potential(self, beta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean outcomes without and with an appointment, each of shape (B, C)."""
        p = self.x.shape[1]
        without = beta[:, :p] @ self.x.T
        with_one = without + beta[:, p:] @ self.effect.T
        return (without, with_one) if self.family == "linear" else (expit(without), expit(with_one))

    def slopes(self, means: FloatArray) -> FloatArray:
        """Return the derivative of the mean by its linear predictor."""
        return np.ones_like(means) if self.family == "linear" else means * (1 - means)

    def gradient(self, by_without: FloatArray, by_with: FloatArray) -> FloatArray:
        """Return sum_c by_without_c x_c (no appointment) + by_with_c x_c (with one), shape (p + e,)."""
        return np.concatenate([(by_without + by_with) @ self.x, by_with @ self.effect])

    def scores(self, n: FloatArray, means: FloatArray, gradient: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what estimating the model adds per weight and per outcome, given the estimate's gradient by it."""
        fisher = weighted_gram(self.observed, (n * self.slopes(means))[None])
        direction = self.observed @ solve_gram(fisher, gradient[None])[0][0]
        return -means * direction, direction


@dataclass(frozen=True, slots=True, eq=False)
class GComputation:
    """Standardisation of an outcome model over everybody's patterns.

    Estimand: the average of m(1, X) - m(0, X), with m the modelled mean outcome, over all commitments
    (`everyone`, the average effect) or over those with an appointment (`booked`). What could be false besides
    unmeasured confounding: the outcome model itself.
    """

    model: OutcomeModel
    target: Literal["everyone", "booked"] = "everyone"

    def estimates(self, n: FloatArray, y: FloatArray) -> FloatArray:
        """Return the standardised difference for each of a batch, shapes (B, C) -> (B,)."""
        without, with_one = self.model.potential(self.model.fit(n, y))
        share = n * self._counts
        return np.asarray((share * (with_one - without)).sum(axis=1) / share.sum(axis=1))

    def influence(self, n: FloatArray, y: FloatArray) -> Influence:
        """Return the influence of each pattern, the estimation of the model included."""
        model = self.model
        without, with_one = (m[0] for m in model.potential(model.fit(n[None], y[None])))
        share = n * self._counts / (n * self._counts).sum()
        estimate = share @ (with_one - without)
        gradient = model.gradient(-share * model.slopes(without), share * model.slopes(with_one))
        fitted = model.scores(n, np.where(model.arm == 1, with_one, without), gradient)
        own = self._counts * (with_one - without - estimate) / (n * self._counts).sum()
        return Influence(float(estimate), own + fitted[0], fitted[1])

    @property
    def _counts(self) -> FloatArray:
        return self.model.arm if self.target == "booked" else np.ones_like(self.model.arm)


@dataclass(frozen=True, slots=True, eq=False)
class PropensityModel:
    """The chance of an appointment by logistic regression.

    Attributes:
        z: Columns per pattern, intercept included, shape (C, q).
        arm: 1 with an appointment, 0 without, shape (C,).
        start: Coefficients to start from, shape (q,), where some are known to be near.
    """

    z: FloatArray
    arm: FloatArray
    start: FloatArray | None = None

    def coefficients(self, n: FloatArray) -> FloatArray:
        """Return the fitted coefficients for each of a batch, shapes (B, C) -> (B, q)."""
        return np.atleast_2d(fit_logit(self.z, n, n * self.arm, self.start).coefficients)

    def chances(self, n: FloatArray) -> FloatArray:
        """Return the estimated chance of an appointment for each of a batch, shapes (B, C) -> (B, C)."""
        return np.asarray(expit(self.coefficients(n) @ self.z.T))

    def scores(self, n: FloatArray, chance: FloatArray, by_predictor: FloatArray) -> FloatArray:
        """Return what estimating the chances adds per unit of weight, shape (C,).

        Args:
            n: Weights, shape (C,).
            chance: Estimated chances, shape (C,).
            by_predictor: Derivative of the estimate by each pattern's linear predictor, shape (C,).
        """
        fisher = weighted_gram(self.z, (n * chance * (1 - chance))[None])
        direction = self.z @ solve_gram(fisher, (by_predictor @ self.z)[None])[0][0]
        return np.asarray((self.arm - chance) * direction)


@dataclass(frozen=True, slots=True, eq=False)
class Aipw:
    """The augmented inverse-probability estimate of the average effect.

    The average of m1 - m0 + A (Y - m1) / e - (1 - A) (Y - m0) / (1 - e), with e the estimated chance of an
    appointment, cut to `limits`. Right when either the outcome model or the chances are (doubly robust).
    """

    model: OutcomeModel
    propensity: PropensityModel
    limits: tuple[float, float] = LIMITS

    def estimates(self, n: FloatArray, y: FloatArray) -> FloatArray:
        """Return the doubly robust difference for each of a batch, shapes (B, C) -> (B,)."""
        without, with_one = self.model.potential(self.model.fit(n, y))
        chance = np.clip(self.propensity.chances(n), *self.limits)
        arm = self.model.arm
        mended = arm * (y - n * with_one) / chance - (1 - arm) * (y - n * without) / (1 - chance)
        return np.asarray((n * (with_one - without) + mended).sum(axis=1) / n.sum(axis=1))

    def influence(self, n: FloatArray, y: FloatArray) -> Influence:
        """Return the influence of each pattern, the estimation of both models included."""
        model, arm, total = self.model, self.model.arm, n.sum()
        without, with_one = (m[0] for m in model.potential(model.fit(n[None], y[None])))
        chance = self.propensity.chances(n[None])[0]
        cut = np.clip(chance, *self.limits)
        left_with, left_without = arm * (y - n * with_one), (1 - arm) * (y - n * without)
        estimate = (n * (with_one - without) + left_with / cut - left_without / (1 - cut)).sum() / total
        by_with = n * model.slopes(with_one) * (1 - arm / cut) / total
        by_without = -n * model.slopes(without) * (1 - (1 - arm) / (1 - cut)) / total
        means = np.where(arm == 1, with_one, without)
        fitted = model.scores(n, means, model.gradient(by_without, by_with))
        is_inside = (chance == cut) * cut * (1 - cut)
        by_predictor = -is_inside * (left_with / cut**2 + left_without / (1 - cut) ** 2) / total
        chances = self.propensity.scores(n, chance, by_predictor)
        signed = (arm / cut - (1 - arm) / (1 - cut)) / total
        own = (with_one - without - estimate) / total - signed * means
        return Influence(float(estimate), own + fitted[0] + chances, signed + fitted[1])


@dataclass(frozen=True, slots=True, eq=False)
class WeightedDifference:
    """The difference of weighted means, with weights from the chance e of an appointment.

    `inverse`: 1 / e with and 1 / (1 - e) without one, e cut to `limits`: the average effect over everybody.
    `overlap`: 1 - e and e: the average effect among those who might as well have gone either way (ATO), which
    needs no cutting where hardly anybody of one arm resembles the other.
    """

    propensity: PropensityModel
    weighting: Weighting
    limits: tuple[float, float] = LIMITS

    def estimates(self, n: FloatArray, y: FloatArray) -> FloatArray:
        """Return the weighted difference for each of a batch, shapes (B, C) -> (B,)."""
        arm = self.propensity.arm
        weight = balancing_weights(self.propensity.chances(n), arm, self.weighting, self.limits)
        with_one, without = weight * arm, weight * (1 - arm)
        mean_with = (with_one * y).sum(axis=1) / (with_one * n).sum(axis=1)
        return np.asarray(mean_with - (without * y).sum(axis=1) / (without * n).sum(axis=1))

    def influence(self, n: FloatArray, y: FloatArray) -> Influence:
        """Return the influence of each pattern, the estimation of the chances included."""
        arm, chance = self.propensity.arm, self.propensity.chances(n[None])[0]
        weight = balancing_weights(chance, arm, self.weighting, self.limits)
        own = weighted_mean_influence(n, y, arm, weight)
        by_predictor = (n * own.per_n + y * own.per_y) * self._relative_slopes(chance)
        per_n = own.per_n + self.propensity.scores(n, chance, by_predictor)
        return Influence(own.estimate, per_n, own.per_y)

    def _relative_slopes(self, chance: FloatArray) -> FloatArray:
        """Derivative of each weight's logarithm by the linear predictor of its chance; 0 where that was cut."""
        if self.weighting == "overlap":
            return np.asarray(np.where(self.propensity.arm == 1, -chance, 1 - chance))
        is_inside = (chance > self.limits[0]) & (chance < self.limits[1])
        return np.asarray(np.where(self.propensity.arm == 1, chance - 1, chance) * is_inside)


def balancing_weights(
    chance: FloatArray, arm: FloatArray, weighting: Weighting, limits: tuple[float, float] = LIMITS
) -> FloatArray:
    """Return the weight of each pattern from its chance of an appointment (same shape) and its arm (C,)."""
    if weighting == "overlap":
        return np.asarray(np.where(arm == 1, 1 - chance, chance))
    cut = np.clip(chance, *limits)
    return np.asarray(np.where(arm == 1, 1 / cut, 1 / (1 - cut)))


def weighted_mean_influence(n: FloatArray, y: FloatArray, arm: FloatArray, weight: FloatArray) -> Influence:
    """Return the influence on a difference of weighted means when the weights are taken as known.

    Args:
        n: Trials per pattern, shape (C,).
        y: Outcome sums per pattern, shape (C,).
        arm: 1 with, 0 without, shape (C,).
        weight: Weight per trial, shape (C,).
    """
    with_one, without = arm * weight, (1 - arm) * weight
    mass_with, mass_without = with_one @ n, without @ n
    mean_with, mean_without = with_one @ y / mass_with, without @ y / mass_without
    per_y = with_one / mass_with - without / mass_without
    per_n = without / mass_without * mean_without - with_one / mass_with * mean_with
    return Influence(float(mean_with - mean_without), per_n, per_y)
