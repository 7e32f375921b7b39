"""A fresh database of drawn tables for each test."""

from __future__ import annotations

import pytest
from drawn import Drawn


@pytest.fixture
def drawn() -> Drawn:
    return Drawn()
