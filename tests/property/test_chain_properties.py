"""Copy chains against enumeration, and what must never happen."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from advisor.estimation.chains import serve
from advisor.model.recovery import Level

SECONDS = st.integers(0, 10**6).map(float)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Level, ...]:
    levels: list[Level] = []
    for index in range(draw(st.integers(1, 6))):
        feeder = draw(st.sampled_from([None, *(level.name for level in levels)]))
        kind = draw(st.sampled_from(["replica", "point_in_time"]))
        times = [draw(SECONDS) for _ in range(4)]
        levels.append(Level(f"level-{index}", kind, "r", *times, (), feeder))  # type: ignore[arg-type]
    return tuple(levels)


def worst_by_enumeration(levels: tuple[Level, ...], alive: set[str], detection: float | None) -> float | None:
    """The formula of the model, written out naively."""
    by_name = {level.name: level for level in levels}
    losses = []
    for level in levels:
        if level.name not in alive:
            continue
        if level.kind == "point_in_time" and level.retention_s < level.accumulation_s:
            continue
        if detection is not None and (
            level.kind != "point_in_time" or level.retention_s < detection + level.accumulation_s
        ):
            continue
        total, step = level.accumulation_s, level
        while True:
            total += step.hold_s + step.propagation_s
            if step.fed_by is None:
                break
            step = by_name[step.fed_by]
        losses.append(total)
    return min(losses, default=None)


@given(chains(), st.data())
def test_serving_equals_enumeration(levels: tuple[Level, ...], data: st.DataObject) -> None:
    alive = data.draw(st.sets(st.sampled_from([level.name for level in levels])))
    detection = data.draw(st.none() | SECONDS)
    served = serve(levels, alive, detection)
    expected = worst_by_enumeration(levels, alive, detection)
    assert (served.worst_s if served else None) == expected
    assert served is None or served.expected_s <= served.worst_s


@given(chains(), st.data())
def test_another_copy_never_hurts(levels: tuple[Level, ...], data: st.DataObject) -> None:
    names = [level.name for level in levels]
    alive = data.draw(st.sets(st.sampled_from(names)))
    more = alive | data.draw(st.sets(st.sampled_from(names)))
    fewer_loss, more_loss = serve(levels, alive), serve(levels, more)
    assert fewer_loss is None or (more_loss is not None and more_loss.worst_s <= fewer_loss.worst_s)


@given(chains(), SECONDS, st.data())
def test_a_shorter_interval_never_raises_the_loss(
    levels: tuple[Level, ...], shorter: float, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(levels) - 1))
    quicker = replace(levels[index], accumulation_s=min(shorter, levels[index].accumulation_s))
    changed = (*levels[:index], quicker, *levels[index + 1 :])
    names = {level.name for level in levels}
    before, after = serve(levels, names), serve(changed, names)
    assert before is None or (after is not None and after.worst_s <= before.worst_s)
