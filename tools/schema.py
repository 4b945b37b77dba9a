"""Write docs/schema/plan.schema.json from the code: python tools/schema.py"""

from __future__ import annotations

import json
from pathlib import Path

from advisor.model.plan import Plan

TARGET = Path(__file__).parent.parent / "docs" / "schema" / "plan.schema.json"


def text() -> str:
    """The schema of plan.json as the code defines it."""
    schema = Plan.model_json_schema(by_alias=True, mode="serialization")
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
