"""Fixtures of the tests of pages and charts: drawn releases, and the English wording."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from dashboards.phrases import Phrases
from dashboards.words import english


@pytest.fixture(scope="session")
def releases() -> ModuleType:
    """The module of drawn releases, loaded by its path as tests are no package."""
    path = Path(__file__).with_name("release_tables.py")
    spec = importlib.util.spec_from_file_location("release_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def say() -> Phrases:
    return Phrases(english())
