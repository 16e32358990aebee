"""Printed percentages that can or cannot be shares of n."""

from survey.scoring import granularity

FAXE = ["93,4", "96,7", "79", "90,2"]


def test_faxes_figures_fit_61_alone() -> None:
    """Rounded half up, of all n up to 121; cut off, 92 would do."""
    assert granularity.denominators(FAXE, 1, 121) == [(61, (57, 59, 48, 55))]
    assert (92, (86, 89, 73, 83)) in granularity.denominators(FAXE, 1, 121, truncated=True)


def test_87_people_cannot_give_them() -> None:
    """Only 79 % can be of 87."""
    assert [granularity.numerator(percent, 87) for percent in FAXE] == [None, None, 69, None]


def test_all_and_nobody_are_shares_too() -> None:
    """And no share is more than all."""
    assert (granularity.numerator("100,0", 7), granularity.numerator("0", 7)) == (7, 0)
    assert granularity.numerator("100,1", 7) is None
