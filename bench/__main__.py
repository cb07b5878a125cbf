"""`python -m bench`: run every measurement and print one line each."""

from __future__ import annotations

from bench import (
    bell,
    comparing,
    delivering,
    effect_coverage,
    pages,
    reading,
    reminding,
    reports,
    startup,
)

MEASUREMENTS = (
    *(startup, reading, comparing, effect_coverage),
    *(reminding, delivering, pages, bell, reports),
)


def main() -> None:
    """Print what was measured; ratios within one run, never bare seconds."""
    for measurement in MEASUREMENTS:
        for line in measurement.measure():
            print(line, flush=True)


if __name__ == "__main__":
    main()
