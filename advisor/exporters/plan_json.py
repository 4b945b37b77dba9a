"""``plan.json``: the whole plan for programs."""

from __future__ import annotations

from advisor.model.deliverable import Deliverable


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """The plan by its published names, fields in their declared order."""
    text = deliverable.plan.model_dump_json(by_alias=True, indent=2)
    return {"plan.json": (text + "\n").encode("utf-8", "replace")}
