"""Least squares against numbers worked by hand, and Student's t against published tables."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.regression import (
    SingularDesign,
    incomplete_beta,
    least_squares,
    t_distribution,
    t_quantile,
)

LINE = [(1.0, x) for x in (1.0, 2.0, 3.0, 4.0)]
SOME = st.lists(
    st.tuples(st.integers(0, 100), st.booleans(), st.integers(-60, 60)), min_size=5, max_size=40
)


def test_a_line_by_hand() -> None:
    """y = 1, 3, 2, 6 on x = 1 … 4: slope 7/5, intercept −1/2, residual sum of squares 21/5."""
    fit = least_squares(LINE, [1, 3, 2, 6])
    assert fit.coefficients == pytest.approx((-0.5, 1.4))
    assert fit.df == 2
    assert fit.residual_variance == pytest.approx(2.1)
    assert fit.variance((0, 1)) == pytest.approx(2.1 / 5)
    assert fit.combine((1, 5)) == pytest.approx(6.5)
    assert fit.variance((1, 5)) == pytest.approx(2.1 * (1 / 4 + 2.5**2 / 5))
    assert fit.weights((0, 1)) == pytest.approx((-0.3, -0.1, 0.1, 0.3))


def test_what_groups_share_by_hand() -> None:
    """Pairs (1, 3) and (7, 9): within mean square 2, between 36, so shared (36 − 2) / 2."""
    fit = least_squares([(1.0,)] * 4, [1, 3, 7, 9])
    assert fit.variance_parts([1, 1, 2, 2]) == pytest.approx((2, 17))


@pytest.mark.parametrize("groups", [[1, 2, 3, 4], [5, 5, 5, 5]])
def test_groups_that_tell_nothing_share_nothing(groups: list[int]) -> None:
    """One row each, or one group of all, cannot show what a group shares."""
    fit = least_squares(LINE, [1, 3, 2, 6])
    assert fit.variance_parts(groups) == pytest.approx((2.1, 0))


def test_a_group_whose_rows_differ_most_shares_nothing() -> None:
    """Where rows of one group lie further apart than others, the shared part is 0, not below."""
    fit = least_squares([(1.0,)] * 4, [1, 9, 2, 8])
    assert fit.variance_parts([1, 1, 2, 2]) == pytest.approx((50 / 3, 0))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(1.0, 2.0)],
        [(1.0, 2.0), (1.0, 3.0)],
        [()] * 3,
        [(1.0, 5.0)] * 6,
        [(1.0, float(i), 0.1 * i + 0.3) for i in range(9)],
        [(1.0, 0.0), (1.0, 0.0), (1.0, 0.0)],
    ],
)
def test_what_is_not_determined_is_refused(rows: list[tuple[float, ...]]) -> None:
    """Too few rows, or columns that repeat one another."""
    with pytest.raises(SingularDesign):
        least_squares(rows, [float(i) for i in range(len(rows))])


@given(SOME)
def test_against_exact_arithmetic(rows: list[tuple[int, bool, int]]) -> None:
    """Coefficients agree with fractions, residuals are orthogonal to columns, weights add up."""
    design = [(1.0, float(flag), float(start)) for start, flag, _ in rows]
    outcomes = [change for _, _, change in rows]
    exact = _exact([(1, int(flag), start) for start, flag, _ in rows], outcomes)
    if exact is None:
        with pytest.raises(SingularDesign):
            least_squares(design, outcomes)
        return
    fit = least_squares(design, outcomes)
    assert fit.coefficients == pytest.approx([float(one) for one in exact], abs=1e-7)
    for column in zip(*design, strict=True):
        crossed = math.fsum(one * e for one, e in zip(column, fit.residuals, strict=True))
        assert crossed == pytest.approx(0, abs=1e-6)
    weights = fit.weights((0, 1, 0))
    weighed = sum(w * y for w, y in zip(weights, outcomes, strict=True))
    assert weighed == pytest.approx(fit.combine((0, 1, 0)), abs=1e-7)


def _exact(rows: list[tuple[int, ...]], outcomes: list[int]) -> list[Fraction] | None:
    """The normal equations solved in fractions (Gauss and Jordan); None where singular."""
    width = len(rows[0])
    table = [
        [Fraction(sum(row[i] * row[j] for row in rows)) for j in range(width)]
        + [Fraction(sum(row[i] * y for row, y in zip(rows, outcomes, strict=True)))]
        for i in range(width)
    ]
    for i in range(width):
        swap = next((j for j in range(i, width) if table[j][i]), None)
        if swap is None:
            return None
        table[i], table[swap] = table[swap], table[i]
        table[i] = [one / table[i][i] for one in table[i]]
        for j in range(width):
            if j != i:
                table[j] = [a - table[j][i] * b for a, b in zip(table[j], table[i], strict=True)]
    return [row[-1] for row in table]


@pytest.mark.parametrize(
    ("probability", "df", "expected"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 3, 3.182),
        (0.975, 4, 2.776),
        (0.975, 5, 2.571),
        (0.975, 7, 2.365),
        (0.975, 10, 2.228),
        (0.975, 20, 2.086),
        (0.975, 30, 2.042),
        (0.975, 60, 2.000),
        (0.975, 120, 1.980),
        (0.95, 1, 6.314),
        (0.95, 10, 1.812),
        (0.90, 30, 1.310),
        (0.995, 5, 4.032),
        (0.995, 10, 3.169),
        (0.995, 30, 2.750),
    ],
)
def test_quantiles_as_in_printed_tables(probability: float, df: int, expected: float) -> None:
    """Three decimals, as every table of Student's t has them; symmetric about 0."""
    assert t_quantile(probability, df) == pytest.approx(expected, abs=5e-4)
    assert t_quantile(1 - probability, df) == pytest.approx(-expected, abs=5e-4)


@pytest.mark.parametrize("t", [-40.0, -3.0, -0.5, 0.0, 0.2, 1.0, 2.7, 100.0])
def test_distribution_where_it_has_a_short_formula(t: float) -> None:
    """One and two degrees of freedom, and the normal distribution as the limit of many."""
    assert t_distribution(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-12)
    assert t_distribution(t, 2) == pytest.approx(0.5 + t / (2 * math.sqrt(2 + t * t)), abs=1e-12)
    assert t_distribution(t, 1e7) == pytest.approx(0.5 * math.erfc(-t / math.sqrt(2)), abs=1e-6)


@given(st.floats(0.0005, 0.9995), st.floats(0.7, 500))
def test_quantile_inverts_distribution(probability: float, df: float) -> None:
    """Also for degrees of freedom that are not whole."""
    assert t_distribution(t_quantile(probability, df), df) == pytest.approx(probability, abs=1e-9)


def test_incomplete_beta_by_hand() -> None:
    """I_x(1, b) = 1 − (1 − x)^b and I_½(a, a) = ½."""
    assert incomplete_beta(0.3, 1, 4) == pytest.approx(1 - 0.7**4)
    assert incomplete_beta(0.5, 3.5, 3.5) == pytest.approx(0.5)
    assert (incomplete_beta(0, 2, 3), incomplete_beta(1, 2, 3)) == (0, 1)


def test_impossible_questions_are_refused() -> None:
    """No quantile of 0 or 1, no distribution without degrees of freedom."""
    for probability in (0, 1, -0.5, 2):
        with pytest.raises(ValueError, match="between 0 and 1"):
            t_quantile(probability, 5)
    with pytest.raises(ValueError, match="above 0"):
        t_distribution(1, 0)
