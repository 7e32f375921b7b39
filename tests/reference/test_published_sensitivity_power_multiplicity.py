"""Published E-values, sample sizes and multiple tests, each naming where it is printed."""

from __future__ import annotations

import numpy as np
import pytest

from models.effects.independent import RatioLimits
from models.effects.multiplicity import benjamini_hochberg, bonferroni, holm, shrink
from models.effects.power import PowerPlan, commitments_per_arm
from models.effects.sensitivity import confounding_e_value, e_value_of_the_limit


def test_e_value_of_breastfeeding_is_that_of_vanderweele_and_ding_2017() -> None:
    # RR 3.9 (1.8 to 8.7): E-value 7.26, of the limit 3.0; R's EValue prints 7.263034.
    assert confounding_e_value(3.9) == pytest.approx(7.263034, abs=5e-7)
    assert e_value_of_the_limit(RatioLimits(1.8, 8.7)) == pytest.approx(3.0)


def test_commitments_per_arm_are_what_rs_power_prop_test_prints() -> None:
    # R's help page of power.prop.test: p1 = .50, p2 = .75, power = .90 gives n = 76.7 (76.70693 in its output).
    plan = PowerPlan(rate_without=0.50, design_effect=1.0, power=0.90)
    assert commitments_per_arm(0.25, plan) == pytest.approx(76.70693, abs=5e-6)


# The fifteen p-values of Benjamini & Hochberg (1995), section 4.1.
NEUHAUS = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
           0.6528, 0.7590, 1.0000]  # fmt: skip


def test_bonferroni_and_holm_reject_three_of_fifteen_and_benjamini_and_hochberg_four() -> None:
    assert int((bonferroni(NEUHAUS) <= 0.05).sum()) == 3
    assert int((holm(NEUHAUS) <= 0.05).sum()) == 3
    assert int((benjamini_hochberg(NEUHAUS) <= 0.05).sum()) == 4


# Batting averages after 45 times at bat, Efron & Morris (1977), Scientific American 236 (5), 119-127.
AVERAGES = [0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244, 0.222, 0.222, 0.222, 0.222,
            0.222, 0.200, 0.178, 0.156]  # fmt: skip


def test_eighteen_batting_averages_shrink_as_efron_and_morris_print() -> None:
    # Shrinking factor c = .212; .400 becomes .294 and .156 becomes .242.
    centre = float(np.mean(AVERAGES))
    found = shrink(AVERAGES, np.full(18, centre * (1 - centre) / 45))
    assert (1 - found.shrinkage).tolist() == pytest.approx([0.212] * 18, abs=2e-3)
    assert (round(found.means[0], 3), round(found.means[-1], 3)) == (0.294, 0.242)
