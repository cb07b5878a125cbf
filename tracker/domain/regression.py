"""Least squares for a handful of columns and a few dozen rows, and Student's t, in plain Python.

Formulas and sources stand in docs/method.md. Everything here is deterministic.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# A column whose part that the others do not explain is smaller than this share counts as one of
# them: whole points in per cent of max never come that near to each other by chance.
SMALLEST_SHARE = 1e-9
NEGLIGIBLE = 1e-12

Vector = Sequence[float]


class SingularDesign(ValueError):
    """The columns repeat one another, or there are no more rows than columns."""


@dataclass(frozen=True)
class Fit:
    """An ordinary least-squares fit of n rows on k columns.

    `coefficients` are k numbers, `residuals` n. The design is Q·R: `basis` holds the k orthonormal
    columns of Q, each of length n, and `triangle` the rows of the k × k upper triangle R.
    """

    coefficients: tuple[float, ...]
    residuals: tuple[float, ...]
    basis: tuple[tuple[float, ...], ...]
    triangle: tuple[tuple[float, ...], ...]

    @property
    def df(self) -> int:
        """Degrees of freedom, rows less columns; at least 1."""
        return len(self.residuals) - len(self.coefficients)

    @property
    def residual_variance(self) -> float:
        """The usual unbiased estimate of the errors' variance, in the outcome's unit squared."""
        return math.fsum(one * one for one in self.residuals) / self.df

    def combine(self, contrast: Vector) -> float:
        """The linear combination Σ contrast·coefficient."""
        return math.fsum(c * b for c, b in zip(contrast, self.coefficients, strict=True))

    def weights(self, contrast: Vector) -> tuple[float, ...]:
        """The n weights w with Σ w·outcome equal to `combine(contrast)`, whatever the outcomes."""
        shares = _forward(self.triangle, contrast)
        return tuple(
            math.fsum(share * column[row] for share, column in zip(shares, self.basis, strict=True))
            for row in range(len(self.residuals))
        )

    def variance(self, contrast: Vector) -> float:
        """The variance of `combine(contrast)` where all errors vary alike."""
        return self.residual_variance * math.fsum(w * w for w in self.weights(contrast))

    def variance_parts(self, groups: Sequence[int]) -> tuple[float, float]:
        """The errors' variance in two parts: each row's own, and what the rows of a group share.

        `groups` names each row's group. The two squares that the parts make up (of the residuals,
        and of their sums by group) are set equal to what they would be on average; a shared part
        that comes out below 0, or cannot be told from the own one, counts as 0.
        """
        spread = math.fsum(one * one for one in self.residuals)
        sums = [one[0] ** 2 for one in _group_sums(groups, [self.residuals])]
        inner, inner_squared = self._traces(groups)
        free = inner_squared * self.df - inner * inner
        if free <= SMALLEST_SHARE * max(1.0, inner * inner):
            return spread / self.df, 0.0
        shared = max(0.0, (self.df * math.fsum(sums) - inner * spread) / free)
        return max(0.0, (spread - shared * inner) / self.df), shared

    def _traces(self, groups: Sequence[int]) -> tuple[float, float]:
        """The traces of MB and MBMB: M leaves the residuals, B marks the pairs of one group."""
        sizes = Counter(groups)
        sums = _group_sums(groups, self.basis)
        cross = [
            [(sizes[g] if i == j else 0) - _dot(one, other) for j, other in enumerate(sums)]
            for i, (g, one) in enumerate(zip(sizes, sums, strict=True))
        ]
        whole = math.fsum(row[i] for i, row in enumerate(cross))
        return whole, math.fsum(one * one for row in cross for one in row)


def least_squares(rows: Sequence[Vector], outcomes: Vector) -> Fit:
    """Fit `outcomes` (n) on the columns of `rows` (n × k, a column of ones included by the caller).

    Raises SingularDesign where the coefficients are not determined or no degree of freedom is left.
    """
    width = len(rows[0]) if rows else 0
    if not 0 < width < len(rows):
        raise SingularDesign(f"{len(rows)} rows cannot carry {width} columns")
    basis, triangle = _orthonormal([list(column) for column in zip(*rows, strict=True)])
    coefficients = _backward(triangle, [_dot(column, outcomes) for column in basis])
    residuals = tuple(
        outcome - _dot(row, coefficients) for row, outcome in zip(rows, outcomes, strict=True)
    )
    return Fit(tuple(coefficients), residuals, basis, triangle)


def _group_sums(groups: Sequence[int], columns: Sequence[Vector]) -> list[list[float]]:
    """Each group's sums of the columns, groups in the order in which they first occur."""
    sums: dict[int, list[float]] = {group: [0.0] * len(columns) for group in groups}
    for row, group in enumerate(groups):
        for place, column in enumerate(columns):
            sums[group][place] += column[row]
    return list(sums.values())


def _orthonormal(
    columns: list[list[float]],
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """Q (as columns) and R by modified Gram–Schmidt, each column swept twice for accuracy."""
    width = len(columns)
    triangle = [[0.0] * width for _ in range(width)]
    basis: list[tuple[float, ...]] = []
    for place, column in enumerate(columns):
        length = math.sqrt(_dot(column, column))
        left = column
        for other in (*range(place), *range(place)):
            share = _dot(basis[other], left)
            triangle[other][place] += share
            left = [one - share * part for one, part in zip(left, basis[other], strict=True)]
        rest = math.sqrt(_dot(left, left))
        if rest <= SMALLEST_SHARE * length or rest == 0:
            raise SingularDesign(f"column {place} repeats the others")
        triangle[place][place] = rest
        basis.append(tuple(one / rest for one in left))
    return tuple(basis), tuple(tuple(row) for row in triangle)


def _backward(triangle: Sequence[Vector], right: Vector) -> list[float]:
    """Solve R x = right."""
    solved = [0.0] * len(right)
    for i in reversed(range(len(right))):
        known = math.fsum(triangle[i][j] * solved[j] for j in range(i + 1, len(right)))
        solved[i] = (right[i] - known) / triangle[i][i]
    return solved


def _forward(triangle: Sequence[Vector], right: Vector) -> list[float]:
    """Solve Rᵀ x = right."""
    solved: list[float] = []
    for i, one in enumerate(right):
        known = math.fsum(triangle[j][i] * solved[j] for j in range(i))
        solved.append((one - known) / triangle[i][i])
    return solved


def _dot(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def t_distribution(t: float, df: float) -> float:
    """The probability that Student's t with `df` > 0 degrees of freedom is at most `t`."""
    if df <= 0:
        raise ValueError("degrees of freedom must be above 0")
    tail = incomplete_beta(df / (df + t * t), df / 2, 0.5) / 2
    return 1 - tail if t > 0 else tail


@lru_cache(maxsize=1024)
def t_quantile(probability: float, df: float) -> float:
    """The `probability` quantile (0 < probability < 1) of Student's t with `df` > 0.

    By bisection: some sixty steps, remembered for the next time.
    """
    if not 0 < probability < 1:
        raise ValueError("a probability lies between 0 and 1")
    if probability < 0.5:
        return -t_quantile(1 - probability, df)
    low, high = 0.0, 1.0
    while t_distribution(high, df) < probability:
        low, high = high, 2 * high
    while high - low > NEGLIGIBLE * max(1.0, high):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if t_distribution(middle, df) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1, a and b above 0."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) * _continued_fraction(x, a, b) / a


def _continued_fraction(x: float, a: float, b: float) -> float:
    """The fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 1000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            value *= c * d
        if abs(c * d - 1) < NEGLIGIBLE:
            break
    return value
