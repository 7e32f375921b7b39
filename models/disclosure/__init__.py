"""The only gate between people and pages.

What belongs here: how many people a published number must stand for, by itself and beside every number published
before, and how parts of the programme are made coarse. `protect` is the one way through.
What does not: estimating, drawing, and keeping the ledger of what was released (the store does that).
"""

from models.disclosure.contributions import contributions
from models.disclosure.floors import FLOOR, FLOOR_LONELINESS, TOO_FEW_PEOPLE, Floors, people_band
from models.disclosure.gate import Fresh, Past, Protected, protect
from models.disclosure.labels import LABELS
from models.disclosure.slices import slice_cells
from models.disclosure.told import SUM_COLUMNS

__all__ = [
    "FLOOR",
    "FLOOR_LONELINESS",
    "LABELS",
    "SUM_COLUMNS",
    "TOO_FEW_PEOPLE",
    "Floors",
    "Fresh",
    "Past",
    "Protected",
    "contributions",
    "people_band",
    "protect",
    "slice_cells",
]
