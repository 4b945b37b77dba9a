"""The same root in HCL, for reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from advisor.exporters.terraform.document import (
    PROVIDER_SOURCE,
    PROVIDER_VERSION,
    TERRAFORM_VERSION,
    Blocks,
    Body,
    Ref,
    Resource,
    Root,
    Value,
    Variable,
    escaped,
    plain,
)
from advisor.exporters.text import clean

_BARE = ("provider",)  # written as a reference, not as a text
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def to_hcl(root: Root) -> str:
    """The whole root as one HCL file."""
    parts = [_settings(), *_providers(root)]
    parts += [_variable(root.variables[name]) for name in sorted(root.variables)]
    parts += [_resource(resource) for _, resource in sorted(root.resources.items())]
    for name, item in sorted(root.outputs.items()):
        body = {"description": plain(item.description), "value": item.value}
        parts.append(_block(f'output "{name}"', body))
    return "\n\n".join(parts) + "\n"


def _settings() -> str:
    return "\n".join(
        (
            "terraform {",
            f"  required_version = {_text(TERRAFORM_VERSION)}",
            "  required_providers {",
            "    alicloud = {",
            f"      source  = {_text(PROVIDER_SOURCE)}",
            f"      version = {_text(PROVIDER_VERSION)}",
            "    }",
            "  }",
            "}",
        )
    )


def _providers(root: Root) -> Iterator[str]:
    yield _block('provider "alicloud"', {"region": root.region})
    for region, name in sorted(root.aliases.items()):
        yield _block('provider "alicloud"', {"alias": name, "region": region})


def _variable(variable: Variable) -> str:
    body: dict[str, Value] = {"type": Ref(variable.type), "description": plain(variable.description)}
    if variable.default is not None or variable.optional:
        body["default"] = Ref("null") if variable.default is None else variable.default
    if variable.sensitive:
        body["sensitive"] = True
    return _block(f'variable "{variable.name}"', body)


def _resource(resource: Resource) -> str:
    head = f"# {clean(resource.comment)}\n" if resource.comment else ""
    return head + _block(f'resource "{resource.type}" "{resource.name}"', resource.body)


def _block(head: str, body: Body, indent: str = "") -> str:
    lines = [f"{indent}{head} {{"]
    inner = indent + "  "
    plain = {key: value for key, value in body.items() if value is not None and not _is_block(key, value)}
    width = max((len(key) for key in plain), default=0)
    for key, value in plain.items():
        lines.append(f"{inner}{key.ljust(width)} = {_argument(key, value, inner)}")
    for key, nested in body.items():
        if isinstance(nested, Blocks):
            lines += [_block(key, item, inner) for item in nested.items]
        elif _is_block(key, nested) and isinstance(nested, Mapping):
            lines.append(_block(key, nested, inner))
    return "\n".join([*lines, f"{indent}}}"])


def _is_block(key: str, value: Value) -> bool:
    return isinstance(value, Blocks) or key in ("lifecycle", "timeouts")


def _argument(key: str, value: Value, indent: str) -> str:
    if key in _BARE and isinstance(value, str):
        return value
    if key in ("ignore_changes", "depends_on") and isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return _value(value, indent)


def _value(value: Value, indent: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, Ref):
        return value.expression
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return _map(value, indent)
    items = value.items if isinstance(value, Blocks) else value
    return "[" + ", ".join(_value(item, indent) for item in items) + "]"


def _map(value: Mapping[str, Value], indent: str) -> str:
    inner = indent + "  "
    width = max((len(_key(key)) for key in value), default=0)
    lines = [f"{inner}{_key(key).ljust(width)} = {_value(item, inner)}" for key, item in value.items()]
    return "{\n" + "\n".join(lines) + f"\n{indent}}}" if lines else "{}"


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    out = []
    for char in escaped(text):
        if char in '"\\':
            out.append(f"\\{char}")
        elif char in "\n\r\t":
            out.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char])
        elif ord(char) < 32 or ord(char) == 127:
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'
