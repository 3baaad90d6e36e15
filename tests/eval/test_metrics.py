"""The measures on cases small enough to work out by hand."""
import sys
from math import log2
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fitting  # noqa: E402
import metrics as m  # noqa: E402


def test_ndcg_of_the_ideal_order_is_one():
    assert m.ndcg([3, 2, 1], [1.0, .5, 0]) == pytest.approx(1)


def test_ndcg_of_a_reversed_order():
    ideal = 1 + .5 / log2(3)
    assert m.ndcg([1, 2, 3], [1.0, .5, 0]) == pytest.approx((.5 / log2(3) + 1 / 2) / ideal)


def test_ndcg_counts_only_the_first_k():
    assert m.ndcg([3, 2, 1], [0, 0, 1], k=2) == 0


def test_ndcg_of_ties_is_the_mean_over_their_orders():
    one = m.ndcg([2, 1], [1, 0])
    other = m.ndcg([1, 2], [1, 0])
    assert m.ndcg([1, 1], [1, 0]) == pytest.approx((one + other) / 2)


def test_ndcg_without_anything_relevant_is_nan():
    assert np.isnan(m.ndcg([1, 2], [0, 0]))


def test_recall_shares_a_tie_at_the_border():
    assert m.recall([3, 1, 1], [0, 1, 0], k=2) == pytest.approx(.5)
    assert m.recall([3, 2, 1], [1, 1, 0], k=2) == 1


@pytest.mark.parametrize("x, y, rho", [([1, 2, 3], [10, 20, 30], 1), ([1, 2, 3], [3, 2, 1], -1),
                                       ([1, 2, 3, 4], [1, 2, 4, 3], .8), ([1, 1, 2], [1, 2, 3], .8660254)])
def test_spearman(x, y, rho):
    assert m.spearman(x, y) == pytest.approx(rho)


def test_spearman_of_a_constant_is_nan():
    assert np.isnan(m.spearman([1, 1], [1, 2]))


@pytest.mark.parametrize("positive, negative, area", [([2, 3], [0, 1], 1), ([0, 1], [2, 3], 0), ([1], [1], .5),
                                                      ([1, 3], [2], .5), ([2, 2], [1, 2], .75)])
def test_auc(positive, negative, area):
    assert m.auc(positive, negative) == pytest.approx(area)


def test_f1():
    assert m.f1([1, 1, 0], [1, 0, 1]) == pytest.approx(.5)
    assert m.f1([0, 0], [0, 1]) == 0


def test_bootstrap_is_paired_and_seeded():
    values = np.array([[1., 2, 3, 4], [2, 3, 4, 5]])
    draws = m.bootstrap_means(values, 1, 500)
    assert draws.shape == (2, 500)
    assert np.allclose(draws[1] - draws[0], 1)  # the same units for both
    assert np.array_equal(draws, m.bootstrap_means(values, 1, 500))
    assert draws[0].mean() == pytest.approx(2.5, abs=.1)
    assert draws[0].std() == pytest.approx(np.std([1, 2, 3, 4]) / 2, abs=.06)


def test_interval_is_around_the_point():
    low, high = m.interval(5.0, np.arange(1001) / 1000)
    assert (low, high) == (pytest.approx(5 - .475), pytest.approx(5 + .475))


def test_pools_agree_with_the_plain_measures():
    rng = np.random.default_rng(3)
    scores, target = rng.normal(size=(2, 40)), rng.normal(size=40)
    pools = np.stack([rng.permutation(40)[:30] for _ in range(4)])
    found, rho = m.pool_measures(scores, target[None], pools)
    for i in range(2):
        each = [m.ndcg(scores[i][p], m.pool_gains(target[p][None])[0]) for p in pools]
        assert found[0, i] == pytest.approx(np.mean(each))
        assert rho[0, i] == pytest.approx(np.mean([m.spearman(scores[i][p], target[p]) for p in pools]))


def test_median_regression_ignores_an_outlier():
    x = np.arange(9.)
    y = 2 + 3 * x
    y[7] += 100
    assert fitting.median_line(x, y) == pytest.approx((2, 3), abs=1e-6)
    assert fitting.least_squares_line(x, y)[1] > 4


def test_logistic_orders_separable_data():
    x = np.array([[0.], [1], [2], [3]])
    weights = fitting.logistic(x, np.array([0, 0, 1, 1]), ridge=.1)
    assert (np.diff(fitting.logistic_score(weights, x)) > 0).all()
