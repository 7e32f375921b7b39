"""The randomised prompt: at which check-outs it is shown.

What belongs here: the draw for everybody expected at a session held, and its frame.
What does not: what a prompt does to booking (`commitments`), and drawing for a real programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.contracts import ASSIGNMENTS
from models.effects.randomised import permuted_blocks
from models.frames import frame_of
from models.simulate.columns import Bools, Ints, utc_times
from models.simulate.meetings import Meetings, Presence
from models.simulate.people import People
from models.simulate.scenario import PROMPT_BLOCK, Scenario


@dataclass(frozen=True, slots=True)
class Prompts:
    """One element per session and member expected, as in `Presence`.

    `block` is the permuted block within the person; both arrays mean nothing where `is_on` is false.
    """

    is_on: bool
    block: Ints
    shown: Bools


def draw_prompts(
    scenario: Scenario, meetings: Meetings, presence: Presence, rng: np.random.Generator
) -> Prompts:
    """Draws in blocks of four check-outs of one person, in the order of time; nothing where the share is 0."""
    n, n_shown = len(presence.person), round(scenario.prompt_share * PROMPT_BLOCK)
    if not n_shown:
        return Prompts(is_on=False, block=np.zeros(n, dtype=np.int64), shown=np.zeros(n, dtype=bool))
    order = np.lexsort((meetings.start[presence.meeting], presence.person))
    block, shown = permuted_blocks(np.bincount(presence.person), PROMPT_BLOCK, n_shown, rng)
    unsorted = np.empty(n, dtype=np.int64)
    unsorted[order] = np.arange(n)
    return Prompts(is_on=True, block=block[unsorted], shown=shown[unsorted])


def assignments_frame(
    scenario: Scenario, people: People, meetings: Meetings, presence: Presence, prompts: Prompts
) -> pl.DataFrame:
    """What was drawn, stored as the session begins; also for those who did not come."""
    if not prompts.is_on:
        return frame_of(ASSIGNMENTS, [])
    return pl.DataFrame(
        {
            "session_id": meetings.code[presence.meeting].tolist(),
            "person_id": people.email[presence.person].tolist(),
            "prompt_shown": prompts.shown,
            "assigned_at": utc_times(meetings.start[presence.meeting], scenario),
            "block": [f"block-{number + 1:05d}" for number in prompts.block.tolist()],
        }
    )
