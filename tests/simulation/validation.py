"""Writes `docs/validation.md`: what the intervals and estimators claim, held against made-up programmes.

Run by `make validation`; about a quarter of an hour. The studies are those of `tests/support/studies.py`, of
`test_time_biases.py` and of `test_headline_monte_carlo.py`, whose bounded versions are tests, with more programmes.
It ends with 1 where a claim does not hold; the document then says which.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import many_programmes
import studies
import test_headline_monte_carlo as headline
import test_time_biases as time_biases

from models.simulate import simulate

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
N_WEEKLY_THROUGH_SQL = 500
ENOUGH_SHOWN = 50
METHOD_NAMES = {
    "crude": "crude",
    "g_computation": "g-computation",
    "aipw": "AIPW",
    "within_person": "within persons",
    "overlap_weights": "overlap weights",
}
ROBUST = ("g_computation", "aipw", "within_person")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the project says of its numbers, and whether the simulation bears it out."""

    text: str
    holds: bool

    @property
    def line(self) -> str:
        return f"| {self.text} | {'yes' if self.holds else '**no**'} |"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document: its lines, and the claims that rest on it."""

    lines: Sequence[str]
    claims: Sequence[Claim]


def points(share: float, digits: int = 1) -> str:
    """A share in percentage points, with its sign."""
    return f"{100 * share:+.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; all columns but the first stand to the right."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


COVERAGE_HEAD = (
    "programmes",
    "groups",
    "runs",
    "coverage %",
    "error",
    "shown to leaders",
    "coverage % of these",
    "error ",
    "mean estimate less truth, points",
    "mean width, points",
)


def coverage_row(name: str, found: studies.Coverage) -> list[str]:
    has_enough = found.n_shown >= ENOUGH_SHOWN
    return [
        name,
        str(found.n_groups),
        f"{found.n_programmes:,}",
        percent(found.covered),
        percent(found.error, 2),
        f"{found.n_shown:,}",
        percent(found.covered_shown if has_enough else None),
        percent(studies.share_error(0.95, found.n_shown) if has_enough else None, 2),
        f"{points(found.bias, 2)} ± {percent(found.bias_error, 2)}",
        percent(found.width, 0),
    ]


def coverage_claims(found: Mapping[int, studies.Coverage], how: str) -> list[Claim]:
    six = found[6]
    claims = [
        Claim(f"{how}: at 6 groups 94 to 97.5 % of the intervals hold the truth", 0.94 <= six.covered <= 0.975)
    ]
    for n_groups in (12, 40):
        own = found[n_groups]
        claims.append(Claim(f"{how}: at {n_groups} groups at least 94 %", own.covered >= 0.94))
        is_enough = own.covered_shown is not None and own.covered_shown >= 0.94
        claims.append(Claim(f"{how}: at {n_groups} groups at least 94 % of those shown to leaders", is_enough))
    claims.append(Claim(f"{how}: at 6 groups leaders are shown none", six.n_shown == 0))
    return claims


def coverage_section() -> Section:
    rows, claims = [], []
    for name, mechanism in studies.MECHANISMS.items():
        found = {n: studies.coverage(mechanism, n, studies.N_COVERAGE) for n in studies.COVERAGE_GROUPS}
        rows += [coverage_row(name, own) for own in found.values()]
        if name == studies.AS_PLANNED:
            claims += coverage_claims(found, "drawn as counts")
        else:
            lowest = min(own.covered + 2 * own.error for own in found.values())
            claims.append(
                Claim(f"{name}: at least 94 % within two Monte Carlo errors, 6 to 40 groups", lowest >= 0.94)
            )
    found = {n: studies.coverage_through_sql(n, runs) for n, runs in studies.N_THROUGH_SQL.items()}
    rows += [coverage_row("as records, through the shipped SQL: 65 % and 79 %", own) for own in found.values()]
    claims += coverage_claims(found, "through the shipped SQL")
    lines = [
        "## Intervals of the headline",
        "",
        "Coverage is the share of programmes whose interval for a single look (CR2, Bell-McCaffrey) holds the "
        "difference of the population that its groups are drawn from. *Shown to leaders* are the programmes "
        "with at least 10 groups with both arms (so at least 10 people in each, above the gate's floor), 8 "
        "degrees of freedom and a planned width of at most 40 points. None of it looks at outcomes, so that "
        "what is shown covers as well as the rest; of fewer than 50 programmes no coverage is given.",
        "",
        *table(COVERAGE_HEAD, rows),
    ]
    return Section(lines, claims)


def alarm_row(found: studies.Alarms) -> list[str]:
    n = found.n_programmes
    shares = [found.by_sequence_shown, found.by_sequence, found.by_interval]
    of_shown = "–" if found.shown_ever == 0 else percent(found.by_sequence_shown / n)
    limits = [percent(studies.upper_limit(count, n)) for count in shares[:2]]
    return [
        str(found.n_groups),
        f"{n:,}",
        f"{found.shown_ever:,}",
        of_shown,
        limits[0] if found.shown_ever else "–",
        percent(found.by_sequence / n),
        limits[1],
        percent(found.by_interval / n),
    ]


def weekly_section() -> Section:
    found = [studies.alarms(n, studies.N_ALARMS) for n in studies.ALARM_GROUPS]
    through_sql = headline.weekly_alarms(20, N_WEEKLY_THROUGH_SQL)
    claims = [
        Claim(
            f"over {studies.LOOKS} weekly looks without an effect at {own.n_groups} groups, the upper Monte Carlo "
            "limit of false alarms is at most 6.5 %, early looks included",
            studies.upper_limit(own.by_sequence, own.n_programmes) <= 0.065,
        )
        for own in found
    ]
    n_alarms = round(through_sql.by_sequence * through_sql.n_programmes)
    limit = studies.upper_limit(n_alarms, through_sql.n_programmes)
    claims.append(
        Claim("the same through the shipped SQL, 20 groups, at looks shown to leaders", limit <= 0.065)
    )
    head = (
        "groups",
        "runs",
        "ever shown to leaders",
        "false alarms shown %",
        "upper limit",
        "of all looks %",
        "upper limit ",
        "single-look interval %",
    )
    lines = [
        "## Looking every week",
        "",
        f"{studies.LOOKS} weekly looks at programmes in which an appointment changes nothing, whose groups start over "
        "13 weeks and meet every fourth. A false alarm is a programme whose interval leaves 0 out at any look. Upper "
        "limits are those of Clopper and Pearson's 95 % interval. *All looks* have an always-valid interval at all, "
        "shown or early; the single-look interval is what it replaces.",
        "",
        *table(head, [alarm_row(own) for own in found]),
        "",
        f"As records, through the shipped SQL: {through_sql.n_programmes:,} programmes of 20 groups, every week of "
        f"40: {percent(through_sql.by_sequence)} % false alarms at looks shown to leaders (upper limit "
        f"{percent(limit)} %), {percent(through_sql.by_interval)} % by the single-look interval.",
    ]
    return Section(lines, claims)


def recovery_row(name: str, n_groups: int, method: str, found: studies.Recovery) -> list[str]:
    return [
        name,
        str(n_groups),
        METHOD_NAMES[method],
        f"{found.n_programmes:,}",
        f"{points(found.bias)} ± {percent(found.bias_error, 2)}",
        percent(found.covered),
    ]


def adjusted_section() -> Section:
    found = {
        (name, n_groups): studies.recovery(confounding, n_groups, studies.N_ADJUSTED)
        for name, confounding in studies.CONFOUNDINGS.items()
        for n_groups in studies.ADJUSTED_GROUPS
    }
    rows = [
        recovery_row(name, n_groups, method, own)
        for (name, n_groups), by_method in found.items()
        for method, own in by_method.items()
    ]
    lines = [
        "## Allowing for what was known before",
        "",
        "Something makes people both book and keep; an appointment adds 12 points to the chance of every commitment, "
        "so that every average of the effect is the same number. Bias is the mean estimate less the truth, in "
        "points, with its Monte Carlo error; runs are those with a value.",
        "",
        *table(("what moves both", "groups", "method", "runs", "bias, points", "coverage %"), rows),
        "",
        "What nobody records cannot be allowed for: AIPW and overlap weights then miss the truth as the crude "
        "difference does. The comparison within persons, and g-computation with the person's mean, do not need it "
        "recorded as long as it stays the same for a person.",
    ]
    return Section(lines, [*recovery_claims(found)])


def recovery_claims(found: Mapping[tuple[str, int], Mapping[str, studies.Recovery]]) -> list[Claim]:
    claims = []
    for n_groups in studies.ADJUSTED_GROUPS:
        own = found[studies.BY_DIFFICULTY, n_groups]
        claims.append(
            Claim(
                f"measured confounding, {n_groups} groups: the crude difference is off by 5 points or more",
                own["crude"].bias > 0.05,
            )
        )
        claims += [
            Claim(
                f"measured confounding, {n_groups} groups: {METHOD_NAMES[method]} is off by less than 1 point",
                abs(own[method].bias) < 0.01,
            )
            for method in ROBUST
        ]
        bent = (found[name, n_groups]["aipw"] for name in (studies.OUTCOME_BENDS, studies.BOOKING_BENDS))
        claims.append(
            Claim(
                f"AIPW, {n_groups} groups: off by less than 1 point when one of its two models is wrong",
                all(abs(one.bias) < 0.01 for one in bent),
            )
        )
    own = found[studies.NOT_RECORDED, 40]
    claims.append(
        Claim(
            "what is not recorded and stable in a person does not bias the comparison within persons by a point",
            abs(own["within_person"].bias) < 0.01,
        )
    )
    return claims


def time_section() -> Section:
    programme = simulate(many_programmes.many(time_biases.YOUNG_NO_EFFECT, time_biases.N_PROGRAMMES, seed=12))
    derived = (*many_programmes.HEADLINE, "commitment_days")
    with many_programmes.judged(programme, derived=derived) as records:
        young = time_biases.Young(records, programme)
        truth, over_time = time_biases.truth_over_time(young), time_biases.shipped_over_time(young)
        kept = time_biases.differences(many_programmes.primary_cells(records))
        late, told, closed = (
            time_biases.naive_cells(records, **how)
            for how in (
                {"arm": "is_ever::int"},
                {"kept": "state = 'done' and reported_day <= made_day + 28"},
                {"where": "state <> 'unknown'"},
            )
        )
        naive = {
            "any appointment ever taken for exposure (immortal time)": time_biases.differences(late) - kept,
            "kept by the day somebody said so (detection)": time_biases.differences(told) - kept,
            "closed commitments only": time_biases.differences(closed) - kept,
        }
    shipped = {
        "**the shipped way**, share kept": kept - truth[:, 3],
        "**the shipped way**, done by day 14": over_time[:, 1] - truth[:, 1],
    }
    off = {name: time_biases.Bias.of(name, values) for name, values in {**shipped, **naive}.items()}
    rows = [[name, f"{points(one.mean)} ± {percent(one.error, 2)}"] for name, one in off.items()]
    lines = [
        "## Shortcuts with time",
        "",
        f"{time_biases.N_PROGRAMMES} programmes of 40 groups, 18 weeks old, in which everybody books at random and an "
        "appointment changes nothing; as records, through the shipped SQL. The shipped way is held against what truly "
        "became of the same commitments, each shortcut against the shipped way; with minus without, in points, with "
        "the Monte Carlo error.",
        "",
        *table(("way", "off by, points"), rows),
    ]
    claims = [Claim(f"{name}: off by no more than chance", off[name].is_none) for name in shipped]
    least = (0.03, 0.10, 0.006)
    claims += [
        Claim(f"{name}: off by {100 * at_least:g} points or more", off[name].is_at_least(at_least))
        for name, at_least in zip(naive, least, strict=True)
    ]
    return Section(lines, claims)


SECTIONS: tuple[Callable[[], Section], ...] = (coverage_section, weekly_section, adjusted_section, time_section)


def document(sections: Sequence[Section]) -> str:
    """The whole document."""
    claims = [claim for section in sections for claim in section.claims]
    lines = [
        "# Validation by simulation",
        "",
        "Made by `make validation`; nothing in it is written by hand. Bounded versions of the same studies are tests "
        "in `tests/simulation/`, which run with every change.",
        "",
        "Monte Carlo error is one standard error: sqrt(c (1 - c) / R) of a share of R programmes (for coverage at "
        "c = .95), the standard deviation over sqrt(R) of a mean. A figure may be off by two of them by chance.",
        "",
        "## Settings",
        "",
        *studies.settings_lines(),
        "",
        "## What holds",
        "",
        "| claim | holds |",
        "| --- | --- |",
        *(claim.line for claim in claims),
        "",
        *(line for section in sections for line in (*section.lines, "")),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=DOCUMENT, help="where to write")
    into = parser.parse_args().into
    sections = [section() for section in SECTIONS]
    into.write_text(document(sections), "utf-8")
    failed = [claim.text for section in sections for claim in section.claims if not claim.holds]
    for text in failed:
        print(f"does not hold: {text}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
