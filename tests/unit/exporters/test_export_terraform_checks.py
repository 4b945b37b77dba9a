"""Every root passes the provider's schema, says the same in both syntaxes, and leaves no action out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import hcl2
import pytest

from advisor.exporters import cli, terraform
from advisor.exporters.terraform.readme import script_slugs
from advisor.exporters.text import md
from advisor.model.deliverable import Deliverable
from advisor.model.plan import Mechanism
from tests.unit.exporters.checkers import check_terraform, schema_folder
from tests.unit.exporters.conftest import PLANS

Writer = Callable[[Mapping[str, bytes]], Path]


def roots(deliverable: Deliverable) -> dict[str, bytes]:
    return {path: text for path, text in terraform.render(deliverable).items() if path.endswith("main.tf.json")}


def twin(readme: str) -> str:
    """The HCL in a region's README."""
    found = re.search(r"^(`{3,})hcl\n(.*?)\n\1$", readme, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[2] + "\n"


def test_the_module_of_every_mechanism_is_known() -> None:
    assert set(terraform.MECHANISMS) == set(get_args(Mechanism))


def test_every_root_passes_the_check(any_deliverable: Deliverable, write: Writer) -> None:
    files = roots(any_deliverable)
    folder = write(files)
    for path in files:
        assert check_terraform((folder / path).parent) == []


@pytest.mark.parametrize("name", ["readable", "hostile", "sparse"])
def test_one_root_a_region_that_the_plan_touches(name: str) -> None:
    assert set(roots(PLANS[name]())) >= {"terraform/cn-hangzhou/main.tf.json"}


def test_a_plan_that_changes_nothing_has_no_root(idle: Deliverable) -> None:
    assert roots(idle) == {}
    assert cli.render(idle) == {}


def test_both_syntaxes_describe_the_same(any_deliverable: Deliverable) -> None:
    files = terraform.render(any_deliverable)
    for path in roots(any_deliverable):
        document = json.loads(files[path])
        parsed = hcl2.loads(twin(files[path.replace("main.tf.json", "README.md")].decode()))
        for kind in ("resource", "variable", "output"):
            assert labels(parsed.get(kind, [])) == labels(document.get(kind, {})), kind


def labels(section: Any) -> set[tuple[str, ...]]:
    """Names of blocks, whichever syntax they come from."""
    merged = [section] if isinstance(section, dict) else section
    result: set[tuple[str, ...]] = set()
    for item in merged:
        for outer, inner in item.items():
            keys = [key for key in inner if not key.startswith("__") and isinstance(inner[key], dict)]
            name = outer.strip('"')
            if name.startswith("alicloud_"):
                result |= {(name, key.strip('"')) for key in keys}
            else:
                result.add((name,))
    return result


def test_every_action_becomes_terraform_or_a_step(any_deliverable: Deliverable) -> None:
    built = terraform.build(any_deliverable)
    for workload in any_deliverable.plan.workloads:
        for action in workload.actions:
            outcome = built.outcomes[action.id]
            steps = built.steps.of_action(workload.name, action.id)
            says_why_not = any("by hand" in remark for remark in outcome.remarks)
            assert outcome.addresses or steps or (says_why_not and not action.params), action.mechanism
            for region, address in outcome.addresses:
                type_, name = address.split(".")[:2]
                assert (type_, name) in built.roots[region].resources


def test_the_readme_names_every_action_and_every_step(any_deliverable: Deliverable) -> None:
    built = terraform.build(any_deliverable)
    overview = terraform.render(any_deliverable).get("terraform/README.md", b"").decode()
    scripts = script_slugs(built)
    for workload in any_deliverable.plan.workloads:
        for action in workload.actions:
            assert md(action.title) in overview
            for number, _ in built.steps.of_action(workload.name, action.id):
                assert re.search(rf"cli/{re.escape(scripts[workload.name])}\.sh` [\d, ]*\b{number}\b", overview)


def test_an_action_without_an_object_is_named_as_work_by_hand(sparse: Deliverable) -> None:
    readme = terraform.render(sparse)["terraform/cn-hangzhou/README.md"].decode()
    assert "The plan does not say what this acts on" in readme
    assert "Copy them to Shanghai" in readme


def test_steps_are_named_where_terraform_is_applied(readable: Deliverable) -> None:
    readme = terraform.render(readable)["terraform/cn-hangzhou/README.md"].decode()
    for heading in ("## Apply", "## Roll back", "## What becomes of the plan here", "terraform plan -out"):
        assert heading in readme
    assert "Make the data disks regional | – | `cli/erp.sh` 1, 2" in readme


def test_whatever_can_bear_tags_bears_them(any_deliverable: Deliverable) -> None:
    path = schema_folder() / "schemas" / "alicloud_schema.json"
    if not path.is_file():
        pytest.skip("the provider's schema is missing")
    schemas = json.loads(path.read_text())["provider_schemas"]
    (provider,) = schemas.values()
    known = provider["resource_schemas"]
    for text in roots(any_deliverable).values():
        for type_, bodies in json.loads(text)["resource"].items():
            if "tags" in known[type_]["block"]["attributes"]:
                for body in bodies.values():
                    assert set(body["tags"]) == {"plan", "workload", "managed-by"}, type_


def test_outputs_that_steps_read_exist(any_deliverable: Deliverable) -> None:
    outputs = {
        (path.split("/")[1], name)
        for path, text in roots(any_deliverable).items()
        for name in json.loads(text).get("output", {})
    }
    for script in cli.render(any_deliverable).values():
        for folder, name in re.findall(r"\$\(output (\S+) (\S+)\)\}", script.decode()):
            assert (folder, name) in outputs


def test_no_root_needs_another(any_deliverable: Deliverable) -> None:
    for text in roots(any_deliverable).values():
        assert b"terraform_remote_state" not in text
