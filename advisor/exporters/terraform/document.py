"""One Terraform root as data: inventory texts stay texts, references stay references, whichever syntax is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advisor.exporters.names import short_hash
from advisor.exporters.text import clean

PROVIDER_SOURCE = "aliyun/alicloud"
PROVIDER_VERSION = ">= 1.277.0, < 2.0.0"  # GTM 3 is there since 1.277.0
TERRAFORM_VERSION = ">= 1.5"


@dataclass(frozen=True, slots=True)
class Ref:
    """A Terraform expression. Never made from inventory texts."""

    expression: str

    def attr(self, name: str) -> Ref:
        """An attribute of what the expression names."""
        return Ref(f"{self.expression}.{name}")

    @property
    def id(self) -> Ref:
        """Its ``id``."""
        return self.attr("id")


@dataclass(frozen=True, slots=True)
class Blocks:
    """Nested blocks of one kind (JSON writes them like a list of objects, HCL does not)."""

    items: tuple[Mapping[str, Value], ...]


Value = str | int | float | bool | Ref | Blocks | Sequence["Value"] | Mapping[str, "Value"] | None
Body = Mapping[str, Value]


def block(**arguments: Value) -> Blocks:
    """One nested block."""
    return Blocks((arguments,))


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with the sentence that says what it is for."""

    type: str
    name: str
    body: Body
    comment: str

    @property
    def address(self) -> str:
        """How other resources and people name it."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class Variable:
    """Something the inventory cannot know. Without a default it must be given."""

    name: str
    description: str
    type: str = "string"
    default: Value = None
    optional: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A value that later steps and runbooks need."""

    name: str
    value: Value
    description: str


@dataclass
class Root:
    """All that is created in (or for) one region, as one folder that is planned and applied together."""

    region: str
    folder: str
    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def add(self, type_: str, name: str, comment: str, body: Body) -> Ref:
        """Adds a resource; arguments that are None are left out. A name taken by another one gets a hash."""
        kept = {key: value for key, value in body.items() if value is not None}
        resource = Resource(type_, name, kept, comment)
        known = self.resources.get((type_, name))
        if known is not None and known != resource:
            resource = Resource(type_, f"{name}_{short_hash(comment + repr(kept))}", kept, comment)
        self.resources[type_, resource.name] = resource
        return Ref(resource.address)

    def variable(self, variable: Variable) -> Ref:
        """Declares a variable once and returns the reference to it."""
        self.variables.setdefault(variable.name, variable)
        return Ref(f"var.{variable.name}")

    def output(self, name: str, value: Value, description: str) -> str:
        """Adds an output and returns its name; one taken by another value gets a hash."""
        known = self.outputs.get(name)
        if known is not None and known.value != value:
            name = f"{name}_{short_hash(repr(value))}"
        self.outputs[name] = Output(name, value, description)
        return name

    def alias(self, region: str, name: str) -> str:
        """The provider of another region, as ``provider = alicloud.<alias>`` wants it."""
        self.aliases.setdefault(region, name)
        return f"alicloud.{self.aliases[region]}"


def to_json(root: Root) -> bytes:
    """The root in Terraform's JSON syntax."""
    document: dict[str, object] = {
        "terraform": {
            "required_version": TERRAFORM_VERSION,
            "required_providers": {"alicloud": {"source": PROVIDER_SOURCE, "version": PROVIDER_VERSION}},
        },
        "provider": {"alicloud": _providers(root)},
    }
    if root.variables:
        document["variable"] = {name: _variable(root.variables[name]) for name in sorted(root.variables)}
    if root.resources:
        document["resource"] = _resources(root)
    if root.outputs:
        document["output"] = {
            name: {"description": plain(item.description), "value": _json(item.value)}
            for name, item in sorted(root.outputs.items())
        }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def escaped(text: str) -> str:
    """The text with Terraform's template introducers doubled, so that it means itself."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _json(value: Value) -> object:
    match value:
        case Ref(expression):
            return f"${{{expression}}}"
        case Blocks(items):
            return [_object(item) for item in items]
        case str():
            return escaped(value)
        case Mapping():
            return _object(value)
        case Sequence():
            return [_json(item) for item in value]
        case _:
            return value


def _object(value: Mapping[str, Value]) -> dict[str, object]:
    return {escaped(key): _json(item) for key, item in value.items() if item is not None}


def _providers(root: Root) -> object:
    default: dict[str, object] = {"region": escaped(root.region)}
    if not root.aliases:
        return default
    return [default, *({"alias": name, "region": escaped(region)} for region, name in sorted(root.aliases.items()))]


def _variable(variable: Variable) -> dict[str, object]:
    result: dict[str, object] = {"type": variable.type, "description": plain(variable.description)}
    if variable.default is not None or variable.optional:
        result["default"] = variable.default
    if variable.sensitive:
        result["sensitive"] = True
    return result


def plain(text: str) -> str:
    """A description: one line without template introducers, which cannot be escaped alike in both syntaxes there."""
    return clean(text).replace("${", "$ {").replace("%{", "% {")


def _resources(root: Root) -> dict[str, object]:
    result: dict[str, dict[str, object]] = {}
    for (type_, name), resource in sorted(root.resources.items()):
        body = {"//": clean(resource.comment), **_resource_body(resource.body)}
        result.setdefault(type_, {})[name] = body
    return dict(result)


def _resource_body(body: Body) -> dict[str, object]:
    plain = {key: _json(value) for key, value in body.items() if key not in ("provider", "lifecycle")}
    provider = body.get("provider")
    if isinstance(provider, str):
        plain = {"provider": provider, **plain}
    lifecycle = body.get("lifecycle")
    if lifecycle is not None:
        plain["lifecycle"] = _json(lifecycle)
    return plain
