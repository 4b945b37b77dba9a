"""Credentials are dropped while reading: no password, no key, no user data reaches the inventory."""

from __future__ import annotations

import json
from collections.abc import Callable

from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]

SECRETS = {
    "Password": "geheim-1",
    "UserData": "geheim-2",
    "KeyPairName": "kept?",
    "AccessKeySecret": "geheim-3",
    "SecretKey": "geheim-4",
}


def test_secret_fields_of_answers_are_not_kept(make: Make) -> None:
    record = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "InstanceName": "web", "RegionId": "cn-hangzhou", **SECRETS}
    configuration = {
        "ScalingConfigurationId": "asc-1",
        "ScalingGroupId": "asg-1",
        "ImageId": "m-1",
        "UserData": "geheim-5",
        "Password": "geheim-6",
    }
    group = {"ScalingGroupId": "asg-1", "ScalingGroupName": "g", "MinSize": 1, "MaxSize": 2}
    dts = {"DtsJobId": "j", "SourceEndpoint": {"InstanceID": "rm-bp1aaaa", "UserName": "root", "Password": "geheim-7"}}
    result = make(
        {
            "a.json": [record],
            "b.json": {"ScalingGroups": [group], "ScalingConfigurations": [configuration], "DtsJobList": [dts]},
        }
    )
    assert "geheim" not in repr(result)


def test_tags_that_hold_credentials_are_dropped_and_said(make: Make) -> None:
    tags = [
        {"TagKey": "app", "TagValue": "shop"},
        {"TagKey": "db_password", "TagValue": "geheim"},
        {"TagKey": "note", "TagValue": "LTAI5tAbCdEfGhIjKlMn"},
    ]
    result = make({"a.json": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "Tags": {"Tag": tags}}]})
    assert result.inventory.resources["i-bp1aaaa"].tags == {"app": "shop"}
    assert "geheim" not in repr(result)
    assert "LTAI" not in repr(result)
    findings = [finding for finding in result.findings if finding.id == "INV-SECRET"]
    assert len(findings) == 2
    assert all(finding.severity == "high" for finding in findings)


def test_secret_columns_of_tables_are_not_kept(make: Make) -> None:
    table = "实例ID,实例名称,密码,登录密码,AccessKey Secret\ni-bp1aaaa,web,geheim-1,geheim-2,geheim-3\n"
    own = "id,kind,name,password,size_gib\nd-bp1a,disk,x,geheim-4,5\n"
    result = make(
        {
            "a.csv": table,
            "b.csv": own,
            "c.json": {
                "resources": [
                    {
                        "id": "i-bp1b",
                        "kind": "instance",
                        "attributes": {
                            "password": "geheim-5",
                            "user_data": "geheim-6",
                            "nested": [{"secret": "geheim-7"}],
                        },
                    }
                ]
            },
        }
    )
    assert len(result.inventory.resources) == 3
    assert "geheim" not in repr(result)


def test_a_broken_file_is_never_quoted(make: Make) -> None:
    result = make(
        {"a.json": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}], "b.json": '{"Password": "geheim", "x": }'}
    )
    assert "geheim" not in repr(result)
    assert [finding.id for finding in result.findings] == ["INV-UNREADABLE"]


def test_cloud_config_and_ansible_secrets(make: Make) -> None:
    item = {
        "resourceId": "i-bp1aaaa",
        "resourceType": "ACS::ECS::Instance",
        "configuration": json.dumps({"InstanceName": "a", "Password": "geheim"}),
    }
    hosts = {"_meta": {"hostvars": {"h": {"id": "i-bp1bbbb", "ansible_ssh_pass": "geheim", "user_data": "geheim"}}}}
    assert "geheim" not in repr(make({"a.json": {"configurationItems": [item]}, "b.json": hosts}))


def test_names_and_values_that_look_like_credentials() -> None:
    assert all(
        map(
            is_secret_name,
            ("Password", "db-passwd", "AccessKeySecret", "user_data", "SecurityToken", "private_key", "登录密码"),
        )
    )
    assert not any(map(is_secret_name, ("app", "KeyPairName", "kms_key_id", "passenger", "zone")))
    assert looks_like_key("x LTAI5tAbCdEfGhIjKlMn y")
    assert not looks_like_key("i-bp1aaaa")
