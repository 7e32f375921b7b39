"""How much something nobody saw would have to matter for the difference to go away.

What belongs here: VanderWeele and Ding's E-value (an unmeasured cause of both) and the tipping point (outcomes
nobody recorded).
What does not: the bounds that assume nothing (`bounds`), robustness values and negative controls, and the
e-value of a confidence sequence (`sequential.e_value`), which is evidence and shares only its name.

References:
    VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268-274, doi:10.7326/M16-2607.
    Ding & VanderWeele (2016), Epidemiology 27, 368-377, doi:10.1097/EDE.0000000000000457.
    Liublinska & Rubin (2014), Statistics in Medicine 33, 4170-4185, doi:10.1002/sim.6197 (tipping points).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from models.effects.arrays import FloatArray
from models.effects.cells import CommitmentCells
from models.effects.independent import RatioLimits
from models.effects.result import Interval

E_VALUE_NOT_FINITE = "e_value_not_finite"
"""Nothing was kept with an appointment, so no unmeasured cause of finite strength could explain the ratio."""
UNKNOWN_CANNOT_TIP = "unknown_cannot_tip"
"""However the unknown outcomes turned out, the difference would keep its sign."""
_ROUNDING = 1e-12
"""Nearer than this counts as reached, so that a bound of exactly 0 does not turn on the last bit."""


def confounding_e_value(ratio: float) -> float:
    """Return the E-value of a risk ratio: RR + sqrt(RR (RR - 1)), with 1 / RR in place of an RR below 1.

    The least strength, as a risk ratio, that an unmeasured cause would need with both the appointment and the
    outcome to explain the whole ratio; 1 means that none is needed. What could be false: nothing is assumed of
    the cause, but a single strong one is only one way to be wrong.

    Args:
        ratio: Risk ratio, > 0; never an odds ratio of a common outcome.

    Raises:
        ValueError: When the ratio is not a finite number above 0.
    """
    if not (math.isfinite(ratio) and ratio > 0):
        raise ValueError("E-value: needs a finite risk ratio above 0; refuse the number instead")
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def e_value_of_the_limit(interval: Interval | RatioLimits) -> float:
    """Return the E-value of the end of an interval of the risk ratio that is nearer 1; 1 if it contains 1.

    Args:
        interval: Interval of a risk ratio, its upper end above 0.
    """
    if interval.low <= 1 <= interval.high:
        return 1.0
    return confounding_e_value(interval.low if interval.low > 1 else interval.high)


@dataclass(frozen=True, slots=True, eq=False)
class UnknownOutcomes:
    """Mature commitments of either arm; columns without (0) and with (1) an appointment, shape (2,) each.

    Attributes:
        known: Commitments of known outcome, each > 0.
        kept: Of these, the ones kept.
        unknown: Commitments whose outcome nobody recorded.
    """

    known: FloatArray
    kept: FloatArray
    unknown: FloatArray

    def __post_init__(self) -> None:
        if not (np.all(self.known > 0) and np.all(self.kept <= self.known) and np.all(self.unknown >= 0)):
            raise ValueError("unknown outcomes: needs known commitments in each arm, kept at most known")

    @classmethod
    def of_cells(cls, cells: CommitmentCells) -> UnknownOutcomes:
        """Sum cells by arm."""
        arms = [cells.of_arm(arm) for arm in (0, 1)]
        return cls(
            known=np.array([arm.n_known.sum() for arm in arms], dtype=np.float64),
            kept=np.array([arm.n_kept.sum() for arm in arms], dtype=np.float64),
            unknown=np.array([arm.n_unknown.sum() for arm in arms], dtype=np.float64),
        )

    def difference(self, shift: float = 0.0) -> float:
        """Return the difference of all mature commitments if the unknown differ from the known by `shift`.

        The unknown with an appointment are kept with chance p1 - shift, those without with p0 + shift, where p
        is the share of the known of the arm; chances stay within 0 and 1. A shift of 0 gives the difference of
        the known alone, a shift of 1 the lower end of Manski's bounds, of -1 the upper end.
        """
        rates = self.kept / self.known
        chances = np.clip(rates + shift * np.array([1.0, -1.0]), 0.0, 1.0)
        shares = (self.kept + self.unknown * chances) / (self.known + self.unknown)
        return float(shares[1] - shares[0])


def tipping_point(outcomes: UnknownOutcomes, distance: float | None = None) -> float | None:
    """Return how much the unknown outcomes must differ from the known to move the difference towards 0.

    Definition: the least delta, 0 to 1, for which unknown outcomes that are worse by delta (a share) than known
    ones in the arm that did better, and better by delta in the other arm, move the difference by `distance`.
    None when even delta = 1, Manski's bound, does not move it so far.

    Args:
        outcomes: Counts of either arm.
        distance: How far to move it, >= 0; None for the whole difference, so that it becomes 0. The distance of
            an interval's nearer end from 0 tells when that interval, moved along, would begin to contain 0.
    """
    observed = outcomes.difference()
    sign = 1.0 if observed >= 0 else -1.0
    wanted = abs(observed) if distance is None else distance

    def lacking(delta: float) -> float:
        return wanted - sign * (observed - outcomes.difference(sign * delta)) - _ROUNDING

    if lacking(0.0) <= 0:
        return 0.0
    if lacking(1.0) > 0:
        return None
    return float(optimize.brentq(lacking, 0.0, 1.0, xtol=1e-12))
