"""PCA against scikit-learn, t-SNE against its own aim, and the outputs of a layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from threadpoolctl import threadpool_limits

from cnnviz.data import load
from cnnviz.explain import embedding
from cnnviz.explain.embedding import outputs, pca, tsne
from cnnviz.nn.layers import Conv2d, Flatten, Linear, ReLU
from cnnviz.nn.model import Sequential
from cnnviz.training.team import blas
from tests.explain.looked import result_of


def test_points_on_a_line_written_out() -> None:
    found = pca(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]))
    assert np.allclose(found.points, [[-5, 0], [0, 0], [5, 0]]) or np.allclose(
        found.points, [[5, 0], [0, 0], [-5, 0]]
    )
    assert found.shares == pytest.approx([1, 0])


@given(some.integers(3, 40), some.integers(2, 60), some.integers(0, 99), some.booleans())
def test_components_are_scikit_learns(rows: int, columns: int, seed: int, single: bool) -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns)) * np.geomspace(10, 1, columns) + 5
    x = x.astype(np.float32) if single else x
    theirs = decomposition.PCA(2, svd_solver="full").fit(x.astype(float))
    expected = theirs.transform(x.astype(float))
    found = pca(x)
    close = 1e-3 if single else 1e-6
    assert np.allclose(np.abs(found.points), np.abs(expected), atol=close * np.abs(expected).max())
    assert np.allclose(found.shares, theirs.explained_variance_ratio_, atol=1e-6)
    largest = found.points[np.abs(found.points).argmax(axis=0), [0, 1]]
    assert (largest >= 0).all()


def test_what_is_alike_or_narrow_has_a_map_too() -> None:
    alike = pca(np.full((4, 9), 2.5))
    assert not alike.points.any() and not alike.shares.any()
    narrow = pca(np.array([[1.0], [2.0], [4.0]]))
    assert narrow.points.shape == (3, 2) and not narrow.points[:, 1].any()
    assert narrow.shares.tolist() == [1, 0]
    assert pca(np.ones((1, 5))).points.tolist() == [[0, 0]]


def test_very_large_and_very_small_numbers_are_mapped() -> None:
    x = np.random.default_rng(0).normal(size=(9, 20)).astype(np.float32)
    usual = pca(x)
    for factor in (1e37, 1e-30):
        found = pca(x * np.float32(factor))
        assert np.allclose(found.points / factor, usual.points, atol=1e-3)
        assert np.allclose(found.shares, usual.shares, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "told"),
    [
        (np.zeros((0, 3)), "table of images by numbers, got shape \\(0, 3\\)"),
        (np.zeros((2, 2, 2)), "got shape \\(2, 2, 2\\)"),
        (np.array([[1, np.nan], [np.inf, 0]]), "and 2 of these 4 values .* an earlier step"),
    ],
)
def test_what_cannot_be_mapped_is_told(x: np.ndarray, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        pca(x)


def mapped(x: np.ndarray) -> tuple[list[float], embedding.Neighbors]:
    shares, task = [], tsne(x)
    while True:
        try:
            shares.append(next(task))
        except StopIteration as done:
            return shares, done.value


def test_tsne_keeps_neighbors_as_well_as_scikit_learn_in_one_go() -> None:
    manifold = pytest.importorskip("sklearn.manifold")
    x = load("digits").test.images[::2].reshape(-1, 784).astype(np.float32) / 255
    shares, found = mapped(x)
    assert sorted({*shares}) == [0, 0.2, 0.4, 0.6, 0.8] == [*dict.fromkeys(shares)]
    whole = manifold.TSNE(init="pca", random_state=0)
    with threadpool_limits(limits=1):
        theirs = whole.fit_transform(pca(x, 50).points.astype(np.float32))
    ours, best = (manifold.trustworthiness(x, y) for y in (found.points, theirs))
    assert ours > best - 0.01
    assert found.divergence < 1.15 * whole.kl_divergence_
    assert np.array_equal(found.points, mapped(x)[1].points)


def test_how_many_threads_blas_has_is_left_to_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of computations that are broken off would end within later ones."""
    seen, decompose = set(), np.linalg.svd

    def look(*more: object, **options: object) -> object:
        seen.update(library["num_threads"] for library in blas().info())
        return decompose(*more, **options)

    monkeypatch.setattr(np.linalg, "svd", look)
    with blas().limit(limits=2):
        pca(np.eye(5))
    assert seen == {2}


def test_tsne_of_few_images_and_of_one_number_each() -> None:
    assert mapped(np.arange(4.0)[:, None])[1].points.shape == (4, 2)
    with pytest.raises(ValueError, match="at least 4 images to compare, got 3"):
        mapped(np.eye(3))
    with pytest.raises(ValueError, match="nothing to map"):
        mapped(np.ones((9, 3)))


def test_the_outputs_of_a_layer_are_those_of_the_pass() -> None:
    model = Sequential((Conv2d(2, 3), ReLU(), Flatten(), Linear(3)))
    rng = np.random.default_rng(0)
    params = model.init((1, 6, 5), rng)
    x = rng.normal(size=(130, 1, 6, 5)).astype(np.float32)
    trace = model.trace(params, x)
    for layer in (1, 2, 4):
        expected = trace[layer - 1].output.reshape(130, -1)
        assert np.allclose(result_of(outputs(model, params, layer, x)), expected, atol=1e-6)
