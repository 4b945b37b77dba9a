"""The checkers of templates, which lie with the provider schemas outside the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def schema_folder() -> Path:
    """Where the provider schemas and checkers lie; tests that need them skip where they are missing."""
    default = Path(__file__).resolve().parents[3].parent / "shared"
    return Path(os.environ.get("ADVISOR_SCHEMA_DIR", default))


def check(tool: str, schema: str, target: Path) -> list[str]:
    """The complaints of a checker about a folder or file; skips the test where checker or schema is missing."""
    program, table = schema_folder() / "tools" / tool, schema_folder() / "schemas" / schema
    if not (program.is_file() and table.is_file()):
        pytest.skip(
            f"{tool} or {schema} is missing; ADVISOR_SCHEMA_DIR names the folder that holds tools/ and schemas/"
        )
    done = subprocess.run(
        [sys.executable, program, target, "--schema", table], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def check_terraform(folder: Path) -> list[str]:
    return check("check_tf.py", "alicloud_schema.json", folder)


def check_ros(template: Path) -> list[str]:
    return check("check_ros.py", "ros_schema.json", template)
