"""The same two servers in every wrapping that tools and people leave them in, whatever the file is called."""

from __future__ import annotations

import base64
import csv
import io
import json
import pprint
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

import pytest
import yaml

from advisor.model.inventory import ImportResult, Resource

Make = Callable[..., ImportResult]
Row = dict[str, object]


def server(number: int, zone: str) -> Row:
    return {
        "InstanceId": f"i-bp1{number}aaaaaaaaa",
        "InstanceName": f"web-{number}",
        "RegionId": "cn-hangzhou",
        "ZoneId": zone,
        "Status": "Running",
        "InstanceType": "ecs.g7.large",
        "Cpu": 2,
        "Memory": 8192,
        "ImageId": "aliyun_3_x64",
        "VpcAttributes": {
            "VpcId": "vpc-bp1aaaaaaa",
            "VSwitchId": "vsw-bp1aaaaaaa",
            "PrivateIpAddress": {"IpAddress": [f"10.0.0.{number}"]},
        },
        "SecurityGroupIds": {"SecurityGroupId": ["sg-bp1aaaaaaa"]},
        "Tags": {"Tag": [{"TagKey": "app", "TagValue": "shop"}]},
        "CreationTime": "2024-04-14T22:32Z",
        "ExpiredTime": "2099-12-31T15:59Z",
    }


A, B = server(1, "cn-hangzhou-h"), server(2, "cn-hangzhou-i")
BOTH = [A, B]


def page(rows: list[Row], **more: object) -> Row:
    return {"RequestId": "X", "TotalCount": len(rows), "PageNumber": 1, "Instances": {"Instance": rows}, **more}


WHOLE = page(BOTH)
ANSWER = json.dumps(WHOLE)
PRETTY = json.dumps(WHOLE, indent=2)


def snake(value: object) -> object:
    """Names as the SDK for Python prints its models."""
    if isinstance(value, dict):
        return {
            "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in key).lstrip("_"): snake(inner)
            for key, inner in value.items()
        }
    return [snake(item) for item in value] if isinstance(value, list) else value


def scalars(row: Row) -> Row:
    """A scalar or a single object where a list belongs."""
    place = dict(row["VpcAttributes"], PrivateIpAddress={"IpAddress": f"10.0.0.{1 if row is A else 2}"})  # type: ignore[call-overload]
    groups = {"SecurityGroupId": "sg-bp1aaaaaaa"}
    return {
        **row,
        "VpcAttributes": place,
        "SecurityGroupIds": groups,
        "Tags": {"Tag": {"TagKey": "app", "TagValue": "shop"}},
    }


def bare(row: Row) -> Row:
    """Lists without their wrappers."""
    place = dict(row["VpcAttributes"], PrivateIpAddress=[f"10.0.0.{1 if row is A else 2}"])  # type: ignore[call-overload]
    tags = [{"TagKey": "app", "TagValue": "shop"}]
    return {**row, "VpcAttributes": place, "SecurityGroupIds": ["sg-bp1aaaaaaa"], "Tags": tags}


def dotted(row: Mapping[str, object], prefix: str = "") -> Row:
    """One level, the path as the name, as data frames are saved."""
    found: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= dotted(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = json.dumps(value) if isinstance(value, list) else value
    return found


def table(rows: list[Row], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def packed(row: Row) -> Row:
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}


def pairs(row: Mapping[str, object], sign: str) -> str:
    return "\n".join(f"{name}{sign}{value}" for name, value in row.items())


def xml(value: object, tag: str) -> str:
    if isinstance(value, dict):
        return f"<{tag}>" + "".join(xml(inner, name) for name, inner in value.items()) + f"</{tag}>"
    return (
        "".join(xml(item, tag) for item in value) if isinstance(value, list) else f"<{tag}>{escape(str(value))}</{tag}>"
    )


def recorded(text: str, **content: object) -> str:
    url = "https://ecs.aliyuncs.com/?Action=DescribeInstances&RegionId=cn-hangzhou"
    entry = {"request": {"url": url}, "response": {"content": {"text": text, **content}}}
    return json.dumps({"log": {"entries": [entry]}})


ROOT = "DescribeInstancesResponse"
HTTP = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: today\r\n\r\n"
FORMS: dict[str, str | bytes] = {
    "a page": ANSWER,
    "a page, printed nicely": PRETTY,
    "the array of the new generation": json.dumps({"RequestId": "x", "Instances": BOTH}),
    "pages merged by the CLI": json.dumps({"Instances": {"Instance": BOTH}}),
    "the inner list by name": json.dumps({"Instance": BOTH}),
    "the inner list": json.dumps(BOTH),
    "single objects": json.dumps(A) + json.dumps(B),
    "single objects in their wrapper": json.dumps({"Instances": {"Instance": A}}) + json.dumps({"Instances": B}),
    "keyed by id": json.dumps({str(row["InstanceId"]): row for row in BOTH}),
    "answers keyed by region": json.dumps({"cn-hangzhou": WHOLE, "cn-beijing": page([])}),
    "lists keyed by region": json.dumps({"cn-hangzhou": BOTH, "cn-beijing": []}),
    "keyed by region and id": json.dumps({"cn-hangzhou": {str(row["InstanceId"]): row for row in BOTH}}),
    "keyed by operation and region": json.dumps({"ecs": {"DescribeInstances": {"cn-hangzhou": {"data": BOTH}}}}),
    "a list of pages": json.dumps([page([A], TotalCount=2), page([B], TotalCount=2, PageNumber=2)]),
    "a list of lists": json.dumps([[A], [B]]),
    "lines of pages": json.dumps(page([A])) + "\n" + json.dumps(page([B])),
    "lines of records, carriage returns": json.dumps(A) + "\r\n" + json.dumps(B) + "\r\n",
    "documents one after the other": json.dumps(page([A]), indent=1) + "\n" + json.dumps(page([B]), indent=1),
    "documents with commas": json.dumps(A, indent=1) + ",\n" + json.dumps(B, indent=1) + ",\n",
    "the SDK's answer": json.dumps({"headers": {"x": "y"}, "statusCode": 200, "body": WHOLE}),
    "the SDK's answer, body as text": json.dumps({"statusCode": 200, "body": ANSWER}),
    "JSON in a JSON string": json.dumps(ANSWER),
    "an HTTP answer": HTTP + ANSWER,
    "lines of a log": f"01:02 start\n01:03 answer={json.dumps(page([A]))}\n01:04 {json.dumps(page([B]))}\nend\n",
    "Markdown": f"# Servers\n\n```json\n{PRETTY}\n```\n",
    "comments of a program": "\n".join(f"// {line}" for line in PRETTY.splitlines()),
    "JavaScript": f"const found = {json.dumps(BOTH, indent=1)};\nmodule.exports = found;",
    "a screen": f"$ aliyun ecs DescribeInstances --RegionId cn-hangzhou\n{PRETTY}\n",
    "Python's print": repr(WHOLE),
    "Python's print of each": f"{A!r}\n{B!r}\n",
    "Python's pretty print": pprint.pformat(WHOLE),
    "the SDK's model printed by Python": repr({"body": snake(WHOLE), "headers": {}, "statusCode": 200}),
    "snake_case": json.dumps(snake(WHOLE)),
    "scalars for lists": json.dumps(page([scalars(row) for row in BOTH])),
    "no wrappers inside": json.dumps({"Instances": [bare(row) for row in BOTH]}),
    "XML": f'<?xml version="1.0"?>{xml(WHOLE, ROOT)}',
    "XML answers one after the other": "\n".join(f'<?xml version="1.0"?>{xml(page([row]), ROOT)}' for row in BOTH),
    "an HTTP answer of XML": f'HTTP/1.1 200 OK\nContent-Type: text/xml\n\n<?xml version="1.0"?>{xml(WHOLE, ROOT)}',
    "YAML": yaml.safe_dump(WHOLE),
    "a list in YAML": yaml.safe_dump(BOTH),
    "documents in YAML": yaml.safe_dump_all([page([A]), page([B])]),
    "Key: value": f"{pairs(packed(A), ': ')}\n\n{pairs(packed(B), ': ')}",
    "Key = value": f"{pairs(packed(A), ' = ')}\n\n{pairs(packed(B), ' = ')}",
    "Key: value, structures as Python prints them": f"{pairs(A, ': ')}\n\n{pairs(B, ': ')}",
    "columns of the API, JSON in cells": table([packed(row) for row in BOTH]),
    "columns of the API, Python in cells": table(BOTH),
    "columns that are paths": table([dotted(row) for row in BOTH]),
    "columns that are paths, tabs": table([dotted(row) for row in BOTH], "\t"),
    "a recording": recorded(ANSWER),
    "a recording in base64": recorded(base64.b64encode(ANSWER.encode()).decode(), encoding="base64"),
    "a recording of XML": recorded(xml(WHOLE, ROOT)),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + ANSWER.encode(),
    "UTF-16": ANSWER.encode("utf-16"),
    "UTF-16 without a mark": ANSWER.encode("utf-16-le"),
    "UTF-16, big end first": ANSWER.encode("utf-16-be"),
    "UTF-32": ANSWER.encode("utf-32"),
}


def shown(number: int, zone: str) -> tuple[object, ...]:
    """What is to be read of one of the servers, by hand."""
    attributes = {
        "instance_type": "ecs.g7.large",
        "cpu": 2,
        "memory_mib": 8192,
        "image_id": "aliyun_3_x64",
        "vpc_id": "vpc-bp1aaaaaaa",
        "vswitch_id": "vsw-bp1aaaaaaa",
        "private_ips": (f"10.0.0.{number}",),
        "security_group_ids": ("sg-bp1aaaaaaa",),
        "created_at": "2024-04-14T22:32:00Z",
        "expired_at": "",
    }
    return ("instance", f"web-{number}", ("cn-hangzhou", zone, (zone,), "Running"), {"app": "shop"}, attributes)


SHOWN = (shown(1, "cn-hangzhou-h"), shown(2, "cn-hangzhou-i"))


def told(resource: Resource) -> tuple[object, ...]:
    place = (resource.region, resource.zone, resource.zones, resource.status)
    return (resource.kind, resource.name, place, dict(resource.tags), dict(resource.attributes))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_wrapping_gives_the_same_servers(name: str, make: Make) -> None:
    """The file's name says nothing of what it is."""
    found = make({"quite something.else": FORMS[name]}).inventory.resources
    assert {key: told(one) for key, one in found.items()} == {
        str(A["InstanceId"]): SHOWN[0],
        str(B["InstanceId"]): SHOWN[1],
    }


def test_every_wrapping_at_once_is_the_same_inventory(make: Make) -> None:
    files = {f"{number:02}": content for number, content in enumerate(FORMS.values())}
    result = make(dict(files))
    assert sorted(result.inventory.resources) == [A["InstanceId"], B["InstanceId"]]
    assert "INV-DISAGREE" not in {finding.id for finding in result.findings}
