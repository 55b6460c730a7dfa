"""Two minutes of faults at random moments: nothing is lost or said twice, and every part works again by itself."""

import pytest

from tests.chaos.run import Chaos

pytestmark = pytest.mark.slow


def test_two_minutes_of_faults() -> None:
    result = Chaos(20261130).run(120)
    assert result["failures"] == []
    assert result["accepted"] > 0
    assert any(name.startswith("kill ") for name in result["faults"])
