"""Negative controls: a property that a planted fault does not upset proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

# Only to find a counter-example: making it small and explaining it takes minutes.
_QUICK = settings(max_examples=300, phases=[Phase.generate], deadline=None, database=None, report_multiple_bugs=False)


def assert_it_notices(holds: Callable[..., Any], *strategies: SearchStrategy[Any]) -> None:
    """Run a property that must fail by now; `holds` may be a hypothesis test or the plain function."""
    plain = holds.hypothesis.inner_test if hasattr(holds, "hypothesis") else holds
    with pytest.raises(AssertionError):
        _QUICK(given(*strategies)(plain))()
