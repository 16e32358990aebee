"""`python -m tests.reference_cases` holds the statistics against every worked case and prints passed of total."""

import sys
from collections import Counter

import click

from tests.reference_cases.cases import CASES
from tests.reference_cases.checks import wrong


def main() -> None:
    """Print a line per topic, what failed, and the sum; end with 1 when a case failed."""
    passed, total = Counter[str](), Counter[str]()
    for name, case in CASES.items():
        failed = wrong(name)
        total[case["topic"]] += 1
        passed[case["topic"]] += not failed
        for line in failed:
            click.echo(f"{name}: {line}")
    for topic, n in total.items():
        click.echo(f"{passed[topic]:3}/{n:<3} {topic}")
    click.echo(f"{passed.total():3}/{total.total():<3} in all")
    sys.exit(passed.total() < total.total())


if __name__ == "__main__":
    main()
