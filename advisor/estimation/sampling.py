"""Random durations: one reproducible stream per task, whatever the order of evaluation or the number of cores.

Each stream is seeded by (seed, task key), and a duration is the PERT quantile at that stream's uniform draws. Options
that differ in one task therefore share all other draws (common random numbers), and a longer range never gives a
shorter sample.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from advisor.model.evidence import Spread

Samples = NDArray[np.float64]
_ROUNDING = 1e-9  # 0.95 of 10,000 samples are 9,500 and not one more
_GRID = 4097  # points of a quantile table; its interpolation error is below 1e-4 of the range (tests)


@lru_cache(maxsize=4096)
def _quantile_table(alpha: float) -> Samples:
    """Quantiles of the standard PERT beta distribution with shape (alpha, 6 - alpha) on an even grid of
    probabilities."""
    table: Samples = betaincinv(alpha, 6.0 - alpha, np.linspace(0.0, 1.0, _GRID))
    return table


def pert_quantiles(spread: Spread, uniforms: Samples) -> Samples:
    """PERT quantiles of ``spread`` at ``uniforms`` (same shape): beta on [low, high] with mean (low + 4 likely +
    high) / 6."""
    width = spread.high - spread.low
    if width == 0:
        return np.full(uniforms.shape, spread.low)
    alpha = 1 + 4 * (spread.likely - spread.low) / width
    position = uniforms * (_GRID - 1)
    table = _quantile_table(round(alpha, 9))
    index = np.minimum(position.astype(np.int64), _GRID - 2)
    fraction = position - index
    standard = table[index] * (1 - fraction) + table[index + 1] * fraction
    durations: Samples = spread.low + width * standard
    return durations


def rank(size: int, probability: float) -> int:
    """How many of ``size`` samples are at least ``probability`` of them."""
    return max(1, math.ceil(size * probability - _ROUNDING))


def quantile(samples: Samples, probability: float) -> float:
    """The least of the samples that no less than ``probability`` of them reach or stay below (the inverse of the
    empirical distribution): so it is within a limit exactly where that share of all samples is."""
    place = rank(samples.size, probability) - 1
    return float(np.partition(samples, place)[place])


class Sampler:
    """Draws for tasks: ``seed`` and ``size`` fix every number; draws are kept, since many options share tasks."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed = seed
        self.size = size
        self._uniforms: dict[str, Samples] = {}
        self._durations: dict[tuple[str, Spread], Samples] = {}
        self.memo: dict[object, object] = {}  # results that callers keep as long as the draws

    def forget(self) -> None:
        """Let go of all draws and results. What is asked for again is drawn again, the same to the last bit."""
        self._uniforms.clear()
        self._durations.clear()
        self.memo.clear()

    def uniforms(self, key: str) -> Samples:
        """``size`` uniforms on [0, 1) of the stream ``key``."""
        draws = self._uniforms.get(key)
        if draws is None:
            digest = hashlib.blake2b(f"{self.seed}\x00{key}".encode(), digest_size=16).digest()
            generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
            draws = self._uniforms[key] = generator.random(self.size)
        return draws

    def order(self, key: str) -> NDArray[np.int64]:
        """A random order of the samples, as places, of the stream ``key``."""
        known = self.memo.get(("order", key))
        if not isinstance(known, np.ndarray):
            known = self.memo["order", key] = np.argsort(self.uniforms(f"{key}/order"), kind="stable")
        return known

    def durations(self, key: str, spread: Spread) -> Samples:
        """``size`` durations in the unit of ``spread`` from the stream ``key``."""
        if spread.low == spread.high:
            return np.full(self.size, spread.low)
        known = self._durations.get((key, spread))
        if known is None:
            known = self._durations[key, spread] = pert_quantiles(spread, self.uniforms(key))
        return known
