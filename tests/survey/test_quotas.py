"""How often somebody may ask: so many times in a window, each name by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from survey import quotas
from survey.quotas import Quota

NOW = datetime(2021, 5, 11, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_many_in_a_window_and_no_more() -> None:
    """The third of two waits until the first is a minute old; another name does not."""
    quota = Quota(2, MINUTE)
    for seconds in (0, 10):
        assert quota.wait("a", NOW) == 0
        quota.take("a", NOW + timedelta(seconds=seconds))
    assert quota.wait("a", NOW + timedelta(seconds=20)) == 41
    assert quota.wait("b", NOW) == 0
    assert quota.wait("a", NOW + MINUTE) == 0


def test_a_process_remembers_only_so_many_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes from ever new addresses fills no memory."""
    monkeypatch.setattr(quotas, "REMEMBERED", 3)
    quota = Quota(1, MINUTE)
    for name in range(10):
        quota.take(name, NOW)
    assert len(quota._taken) <= 3
