"""One secret in every place of every form, in whole answers and in broken files: none is found again in the result, in
anything printed, in a message, or in memory once reading is over."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
REPOSITORY = Path(__file__).resolve().parents[3]
SECRET = "Gx7secretQ9"
KEY = "LTAI5t" + "AbCdEfGh" + "IjKlMnOp"
NAMES = (
    "Password",
    "LoginPassword",
    "RootPwd",
    "Passphrase",
    "UserData",
    "AccessKeyId",
    "AccessKeySecret",
    "SecretKey",
    "ApiKey",
    "SecurityToken",
    "AuthToken",
    "PrivateKey",
    "PreSharedKey",
    "KeyMaterial",
    "Credentials",
    "ssh_pass",
    "user_data",
    "密码",
)
PLANTED = dict.fromkeys(NAMES, SECRET) | {"ConnectionString": f"mysql://root:{SECRET}@10.0.0.1/db"}
SNAKE = {name.lower(): value for name, value in PLANTED.items()}
INSTANCE: dict[str, object] = {
    "InstanceId": "i-bp1aaaa",
    "InstanceName": "web",
    "ImageId": "m-1",
    "InstanceType": "ecs.g7.large",
    "ZoneId": "cn-hangzhou-h",
    **PLANTED,
    "Tags": {"Tag": [{"TagKey": "db_password", "TagValue": SECRET}, {"TagKey": "note", "TagValue": f"{KEY} {SECRET}"}]},
}
BODY = {"Instances": {"Instance": [INSTANCE]}, "TotalCount": 1}
ROW = {"id": "i-bp1aaaa", "instance_id": "i-bp1aaaa", "availability_zone": "cn-hangzhou-h", "image_id": "m", **SNAKE}


def _state() -> dict[str, object]:
    sensitive = [[{"type": "get_attr", "value": "password"}]]
    instance = {"attributes": {**ROW, "tags": {"password": SECRET}}, "sensitive_attributes": sensitive}
    resource = {
        "mode": "managed",
        "type": "alicloud_instance",
        "name": "a",
        "instances": [{**instance, "private": SECRET}],
    }
    other = {
        "mode": "managed",
        "type": "random_password",
        "name": "p",
        "instances": [{"attributes": {"result": SECRET}}],
    }
    outputs = {"password": {"value": SECRET, "type": "string", "sensitive": True}}
    return {"version": 4, "serial": 1, "outputs": outputs, "resources": [resource, other]}


def _old_state() -> dict[str, object]:
    primary = {"id": "i-bp1aaaa", "attributes": {**ROW, "tags.%": "1", "tags.password": SECRET}, "meta": {"x": SECRET}}
    module = {"path": ["root"], "outputs": {"p": {"value": SECRET}}}
    return {
        "version": 3,
        "serial": 1,
        "modules": [
            {**module, "resources": {"alicloud_instance.a": {"type": "alicloud_instance", "primary": primary}}}
        ],
    }


def _shown() -> dict[str, object]:
    resource = {
        "address": "a",
        "mode": "managed",
        "type": "alicloud_instance",
        "values": ROW,
        "sensitive_values": {"password": SECRET},
    }
    return {
        "format_version": "1.0",
        "terraform_version": "1",
        "values": {"outputs": {"p": {"value": SECRET}}, "root_module": {"resources": [resource]}},
    }


def _recording() -> dict[str, object]:
    query = f"Action=DescribeInstances&AccessKeyId={KEY}&Signature={SECRET}&SecurityToken={SECRET}&RegionId=cn-hangzhou"
    pairs = [{"name": "Authorization", "value": f"acs {SECRET}"}, {"name": "Cookie", "value": f"login={SECRET}"}]
    request = {
        "url": f"https://ecs.aliyuncs.com/?{query}",
        "headers": pairs,
        "cookies": pairs,
        "queryString": pairs,
        "postData": {"text": f"Password={SECRET}"},
    }
    response = {"headers": pairs, "cookies": pairs, "content": {"text": json.dumps(BODY)}}
    denied = {"Code": "Forbidden", "Message": f"not for {SECRET}"}
    entries = [
        {"request": request, "response": response},
        {"request": request, "response": {"content": {"text": json.dumps(denied)}}},
    ]
    return {
        "log": {"entries": [*entries, {"request": request, "response": {"content": {"text": json.dumps(BODY)[:-5]}}}]}
    }


def _lines(row: Mapping[str, object], sign: str, indent: str = "") -> str:
    return "".join(f"{indent}{name}{sign}{value}\n" for name, value in row.items())


def _xml() -> str:
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in INSTANCE.items() if name != "Tags")
    tag = f"<Tags><Tag><TagKey>password</TagKey><TagValue>{SECRET}</TagValue></Tag></Tags>"
    inner = f"<Instances><Instance>{fields}{tag}</Instance></Instances>"
    return f"<DescribeInstancesResponse>{inner}</DescribeInstancesResponse>"


def _typed() -> dict[str, object]:
    row = {"resourceId": "i-bp1aaaa", "resourceType": "ACS::ECS::Instance", "regionId": "cn-hangzhou"}
    return {**row, "configuration": json.dumps(INSTANCE), "tags": json.dumps({"password": [SECRET]}), **PLANTED}


FLAT = {name: value for name, value in INSTANCE.items() if name != "Tags"}
HEADER, CELLS = (
    ",".join(("实例ID", "实例名称", *PLANTED, "标签")),
    ",".join(("i-bp1aaaa", "web", *PLANTED.values(), f"pwd:{SECRET}")),
)
NODE = {
    "metadata": {"name": "n", "annotations": PLANTED, "labels": PLANTED},
    "spec": {"providerID": "cn-hangzhou.i-bp1aaaa"},
    "status": {"config": PLANTED},
}
RDS = {"DBInstanceId": "rm-bp1a", "Engine": "MySQL", "DBInstanceDescription": "db", **PLANTED}
WHOLE: dict[str, object] = {
    "answer.json": BODY,
    "regions.json": {"cn-hangzhou": BODY, "cn-beijing": {"Code": "Forbidden", "Message": f"not for {SECRET}"}},
    "databases.json": {"Items": {"DBInstance": [RDS]}},
    "jobs.json": {
        "DtsJobList": [{"DtsJobId": "j", "SourceEndpoint": {"InstanceID": "rm-bp1a", "UserName": "u", **PLANTED}}]
    },
    "configurations.json": [
        {"ScalingConfigurationId": "asc-1", "ScalingGroupId": "asg-1", "ImageId": "m-1", **PLANTED}
    ],
    "answer.xml": _xml(),
    "recording.har": _recording(),
    "notes.md": f"# Password: {SECRET}\n```json\n{json.dumps(BODY)}\n```\n",
    "python.txt": repr(BODY),
    "pairs.txt": _lines(FLAT, ": "),
    "equal.txt": _lines(FLAT, " = "),
    "answer.yaml": _lines(FLAT, ": "),
    "table.txt": f"InstanceId | Password | UserData\n---+---+---\ni-bp1aaaa | {SECRET} | {SECRET}\n",
    "console.csv": f"{HEADER}\n{CELLS}\n",
    "columns.csv": f"{','.join(FLAT)}\n{','.join(map(str, FLAT.values()))}\n",
    "own.csv": f"id,kind,name,{','.join(SNAKE)}\nd-bp1a,disk,x,{','.join(SNAKE.values())}\n",
    "own.json": {
        "resources": [{"id": "i-bp1b", "kind": "instance", "attributes": {**SNAKE, "nested": [SNAKE]}, "tags": SNAKE}]
    },
    "v4.tfstate": _state(),
    "v3.tfstate": _old_state(),
    "shown.json": _shown(),
    "center.json": {"Resources": [_typed()]},
    "snapshot.json": {"configurationItems": [_typed()]},
    "probe.json": {
        "probe_result": {"list": [{**_typed(), "attributes": INSTANCE, "_relationships": {"password_id": SECRET}}]}
    },
    "rows.json": {"rows": [{**ROW, "arn": "acs:ecs:cn-hangzhou:1:instance/i-bp1aaaa", "title": "x"}]},
    "hosts.json": {
        "_meta": {"hostvars": {"h": {**ROW, "ansible_ssh_pass": SECRET, "ansible_become_password": SECRET}}}
    },
    "module.json": {"instances": [ROW]},
    "hosts.yml": f"all:\n  hosts:\n    h:\n      instance_id: i-bp1aaaa\n{_lines(SNAKE, ': ', '      ')}"
    f"  vars:\n    x: {SECRET}\n",
    "hosts.ini": f"[web]\nh instance_id=i-bp1aaaa ansible_ssh_pass={SECRET}\n[web:vars]\nansible_password={SECRET}\n",
    "nodes.json": {"kind": "NodeList", "items": [NODE]},
    "scanner.json": {"services": {"ecs": {"regions": {"cn-hangzhou": {"instances": {"i-bp1aaaa": ROW}}}}}},
}
BROKEN: dict[str, str] = {
    "cut.json": json.dumps(BODY)[:-7],
    "comma.json": json.dumps(BODY).replace(f'"{SECRET}", ', f'"{SECRET}" ', 1),
    "twice.json": f'{{"Password": "{SECRET}", "Password": "{SECRET}", "x": [{{"y": 1}}]}}',
    "cut.xml": _xml()[:-9],
    "entity.xml": f'<!DOCTYPE a [<!ENTITY x "{SECRET}">]>{_xml()}',
    "broken.yaml": f"resources:\n  - id: i-1\n    password: {SECRET}\n   user_data: [{SECRET}\n",
    "headless.csv": f"web1,10.0.0.1,root,{SECRET}\nweb2,10.0.0.2,root,{SECRET}\n",
    "open.csv": f'实例ID,实例名称,密码\ni-bp1aaaa,a,"{SECRET}\ni-bp1bbbb,b,c\n',
    "unknown.csv": f"机器,机房,口令\nweb1,a,{SECRET}\n",
    "error.json": json.dumps({"Code": "Forbidden.RAM", "Message": f"{SECRET} may not"}),
    "error.txt": f"ERROR: SDK.ServerError\nErrorCode: Forbidden.RAM\nMessage: {SECRET}\n",
    "prose.txt": f"The password is {SECRET}.\n",
    "values.json": json.dumps([{"DiskId": "d-bp1a", "Size": SECRET, "Category": SECRET[:0], "InstanceId": ""}]),
}


def _without(text: str) -> None:
    assert SECRET not in text
    assert KEY not in text


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_no_secret_of_any_form_is_in_the_result(name: str, make: Make) -> None:
    result = make({name: WHOLE[name]})
    assert result.inventory.resources or result.inventory.stubs
    told = [repr(one) for one in result.inventory.resources.values()]
    _without(repr(result) + "".join(told))
    kept = pickle.dumps(result)
    assert SECRET.encode() not in kept
    assert KEY.encode() not in kept


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_no_secret_of_a_broken_file_is_quoted(name: str, tmp_path: Path, make: Make) -> None:
    path = tmp_path / name
    path.write_text(BROKEN[name], encoding="utf-8")
    try:
        _without(repr(read_inventory([path])))
    except InputError as error:
        _without(str(error) + repr(error.mistakes) + repr(error.__cause__) + repr(error.__context__))
    _without(repr(make({"other.json": [{"InstanceId": "i-bp1zzzz", "ImageId": "m-1"}], name: BROKEN[name]})))


def _folder(folder: Path) -> Path:
    folder.mkdir()
    for name, content in (WHOLE | BROKEN).items():
        if name == "values.json":
            continue  # A number's field holds no secret; what cannot be read there is remembered as a word.
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


LEFT = """
import gc, sys
from pathlib import Path
from advisor.importers import read_inventory
result = read_inventory([Path(sys.argv[1])])
def holds(one):
    return any((part[::-1] if type(one) is str else part[::-1].encode()) in one for part in sys.argv[2:])
gc.collect()
seen, todo, left = set(), [gc.get_objects()], set()
while todo:
    for one in gc.get_referents(todo.pop()):
        if type(one) in (str, bytes, bytearray):
            if holds(bytes(one) if type(one) is bytearray else one):
                left.add(repr(one)[:80])
        elif id(one) not in seen:
            seen.add(id(one))
            todo.append(one)
print(len(result.inventory.resources), sorted(left))
"""


def test_no_secret_stays_in_memory_once_reading_is_over(tmp_path: Path) -> None:
    """Every text that any object of the process still holds is looked at; the marks are handed in backwards."""
    folder = _folder(tmp_path / "all")
    command = [sys.executable, "-c", LEFT, str(folder), SECRET[::-1], KEY[::-1]]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True)
    count, _, left = done.stdout.strip().partition(" ")
    assert int(count) > 3
    assert left == "[]"


@pytest.mark.parametrize("command", [("show",), ("show", "--format", "json"), ("convert",), ("convert", "--to", "csv")])
def test_no_secret_is_printed(command: tuple[str, ...], tmp_path: Path) -> None:
    folder = _folder(tmp_path / "all")
    call = [sys.executable, "-m", "advisor", "inventory", command[0], str(folder), *command[1:]]
    done = subprocess.run(call, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert "i-bp1" in done.stdout or command[0] == "show"
    assert "instance" in done.stdout
    _without(done.stdout + done.stderr)
