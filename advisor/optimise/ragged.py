"""Ragged arrays: consecutive segments of one flat array, given by where each starts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from advisor.optimise.columns import Floats, Ints

Places = NDArray[np.int32]


def first_minimum(values: Floats, lowest: Floats, owner: Places) -> Ints:
    """The first position in every segment that holds its minimum ``lowest``; ``owner`` is each position's segment."""
    places = np.flatnonzero(values == lowest[owner])
    owners = owner[places]
    first = np.ones(places.size, np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=first[1:])
    result: Ints = places[first]
    return result


def owners_of(starts: Ints, size: int) -> Places:
    """The segment of every position."""
    return np.repeat(np.arange(starts.size, dtype=np.int32), np.diff(starts, append=size))


def segments(starts: Ints, size: int, chosen: Ints) -> Ints:
    """The positions of the chosen segments, one segment after the other."""
    ends = np.append(starts[1:], size)
    lengths = ends[chosen] - starts[chosen]
    before = np.cumsum(lengths) - lengths
    result: Ints = np.arange(int(lengths.sum())) + np.repeat(starts[chosen] - before, lengths)
    return result
