"""One ROS template as data, and what the mechanisms write into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advisor.exporters.names import identifier, pascal, short_hash, slug
from advisor.exporters.placement import Subnet, Vpc
from advisor.exporters.terraform.build import Build
from advisor.exporters.text import clean
from advisor.model.plan import Action

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
VERSION = "2015-09-01"


def ref(name: str) -> dict[str, Json]:
    """``Ref`` to a parameter or resource."""
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, Json]:
    """``Fn::GetAtt`` of a resource."""
    return {"Fn::GetAtt": [name, attribute]}


@dataclass
class Template:
    """The stack of one region."""

    region: str
    resources: dict[str, dict[str, Json]] = field(default_factory=dict)
    parameters: dict[str, dict[str, Json]] = field(default_factory=dict)
    conditions: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Where the template is written."""
        return f"ros/{slug(self.region)}.yaml"

    def parameter(
        self, name: str, description: str, *, default: Json = None, kind: str = "String", secret: bool = False
    ) -> Json:
        """Declares a parameter and returns the reference to it."""
        body: dict[str, Json] = {"Type": kind, "Description": clean(description)}
        if default is not None:
            body["Default"] = default
        if secret:
            body["NoEcho"] = True
        self.parameters.setdefault(name, body)
        return ref(name)

    def output(self, name: str, value: Json, description: str) -> None:
        """Declares an output."""
        self.outputs.setdefault(name, {"Description": clean(description), "Value": value})

    def document(self, description: str) -> dict[str, Json]:
        """The template as ROS reads it; sections that would be empty are left out."""
        sections: dict[str, Json] = {
            "Parameters": dict(sorted(self.parameters.items())),
            "Conditions": dict(sorted(self.conditions.items())),
            "Resources": dict(sorted(self.resources.items())),
            "Outputs": dict(sorted(self.outputs.items())),
        }
        filled = {name: section for name, section in sections.items() if section}
        return {"ROSTemplateFormatVersion": VERSION, "Description": clean(description), **filled}


@dataclass
class Stacks:
    """All templates of a plan. Names, tags and places are those of the Terraform twin."""

    build: Build
    templates: dict[str, Template] = field(default_factory=dict)
    gaps: dict[str, list[str]] = field(default_factory=dict)

    def template(self, region: str) -> Template:
        """The template of a region, made when it is first asked for."""
        return self.templates.setdefault(region, Template(region))

    def gap(self, region: str, text: str) -> None:
        """Something that this region's template cannot hold, and what does it instead."""
        known = self.gaps.setdefault(region, [])
        if text not in known:
            known.append(text)

    def name(self, action: Action, suffix: str) -> str:
        """A logical name for something of an action."""
        return pascal(self.build.label(action, suffix))

    def add(
        self, action: Action, template: Template, suffix: str, type_: str, properties: Mapping[str, Json], **more: Json
    ) -> str:
        """Adds a resource; properties that are None are left out. Returns its logical id."""
        kept = {key: value for key, value in properties.items() if value is not None}
        body: dict[str, Json] = {"Type": f"ALIYUN::{type_}", **more, "Properties": kept}
        name = self.name(action, suffix)
        if name in template.resources and template.resources[name] != body:
            name = f"{name}{short_hash(repr(body))}"
        template.resources[name] = body
        return name

    def tags(self, action: Action) -> list[Json]:
        """The tags of what is created for an action, as ROS writes them."""
        return [{"Key": key, "Value": value} for key, value in self.build.tags(action).items()]

    def vpc(self, action: Action, template: Template, vpc: Vpc) -> Json:
        """The id of an existing network, or a new one."""
        if vpc.id:
            return vpc.id
        if "StandbyVpc" not in template.resources:
            described = f"Address range of the new network in {template.region}"
            cidr = vpc.cidr or template.parameter("StandbyVpcCidr", described)
            properties: dict[str, Json] = {"CidrBlock": cidr, "VpcName": "advisor-standby", "Tags": self.tags(action)}
            template.resources["StandbyVpc"] = {"Type": "ALIYUN::ECS::VPC", "Properties": properties}
        return ref("StandbyVpc")

    def vswitch(self, action: Action, template: Template, subnet: Subnet) -> Json:
        """The id of an existing vSwitch, or a new one."""
        if subnet.id:
            return subnet.id
        name = f"VSwitch{pascal(identifier(subnet.zone or 'zone'))}{self._vpc_mark(subnet.vpc)}"
        if name not in template.resources:
            described = f"Free address range for a vSwitch in {subnet.zone or 'the chosen zone'}"
            properties: dict[str, Json] = {
                "VpcId": self.vpc(action, template, subnet.vpc),
                "ZoneId": self.zone(template, subnet),
                "CidrBlock": subnet.cidr or template.parameter(f"{name}Cidr", described),
                "VSwitchName": "advisor",
                "Tags": self.tags(action),
            }
            template.resources[name] = {"Type": "ALIYUN::ECS::VSwitch", "Properties": properties}
        return ref(name)

    def _vpc_mark(self, vpc: Vpc) -> str:
        return short_hash(vpc.id) if vpc.id else ""

    def zone(self, template: Template, subnet: Subnet) -> Json:
        """The zone, or a parameter that asks for it."""
        return subnet.zone or template.parameter("StandbyZone", f"Zone of {template.region} for what stands by")

    def security_group(self, action: Action, template: Template, vpc: Vpc, port: int | None) -> Json:
        """A new security group that lets in the given port only."""
        described = "Addresses that may reach the standby servers"
        rule: dict[str, Json] = {
            "IpProtocol": "tcp",
            "PortRange": f"{port}/{port}",
            "SourceCidrIp": vpc.cidr or template.parameter("StandbySourceCidr", described),
        }
        properties: dict[str, Json] = {
            "SecurityGroupName": self.build.cloud_name(action, "sg"),
            "VpcId": self.vpc(action, template, vpc),
            "SecurityGroupIngress": [rule] if port is not None else None,
            "Tags": self.tags(action),
        }
        return ref(self.add(action, template, "sg", "ECS::SecurityGroup", properties))
