"""Traffic managers: what says which pools they answer with belongs to them, by its own word or by its file's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
MANAGER = {"InstanceId": "gtm-cn-bp0", "VersionCode": "standard", "TaskQuota": 10, "Config": {"Ttl": 60}}
MANAGERS = {"GtmInstances": [MANAGER], "TotalItems": 1}
STRATEGY: dict[str, Any] = {
    "InstanceId": "gtm-cn-bp0",
    "StrategyId": "s-1",
    "StrategyName": "all",
    "AccessMode": "AUTO",
    "DefaultAddrPools": {"DefaultAddrPool": [{"Id": "hra00", "Name": "hangzhou", "AddrCount": 2}]},
    "DefaultMinAvailableAddrNum": 2,
    "FailoverAddrPools": {"FailoverAddrPool": [{"Id": "hra01"}, {"Id": "hra02"}]},
    "FailoverMinAvailableAddrNum": 1,
    "RequestId": "R",
}
EFFECTIVE = {
    "Strategies": {
        "Strategy": [
            {
                "StrategyId": "s-1",
                "StrategyName": "all",
                "EffectiveAddrPoolGroupType": "DEFAULT",
                "EffectiveAddrPools": {"EffectiveAddrPool": [{"Id": "hra00", "Name": "hangzhou"}]},
            }
        ]
    },
    "TotalItems": 1,
}


def test_the_attributes_of_a_strategy_go_to_its_traffic_manager(make: Make) -> None:
    result = make({"managers.json": MANAGERS, "strategy.json": STRATEGY})
    (strategy,) = result.inventory.resources["gtm-cn-bp0"].records("strategies")
    assert strategy == {
        "strategy_id": "s-1",
        "name": "all",
        "access_mode": "auto",
        "default_pool_ids": ("hra00",),
        "default_min_available": 2,
        "failover_pool_ids": ("hra01", "hra02"),
        "failover_min_available": 1,
    }
    assert {stub.id: stub.kind for stub in result.inventory.stubs} == dict.fromkeys(
        ("hra00", "hra01", "hra02"), "gtm_pool"
    )


def test_a_list_of_strategies_belongs_to_the_manager_that_its_file_names(make: Make) -> None:
    result = make({"managers.json": MANAGERS, "DescribeDnsGtmAccessStrategies.gtm-cn-bp0_GEO.json": EFFECTIVE})
    (strategy,) = result.inventory.resources["gtm-cn-bp0"].records("strategies")
    assert strategy == {"strategy_id": "s-1", "name": "all", "effective_pool_ids": ("hra00",)}


def test_a_list_of_strategies_of_nobody_is_said(make: Make) -> None:
    result = make({"managers.json": MANAGERS, "strategies.json": EFFECTIVE})
    assert "strategies" not in result.inventory.resources["gtm-cn-bp0"].attributes
    assert "INV-NO-PARENT" in [finding.id for finding in result.findings]


def test_an_empty_list_of_instances_is_one_of_servers(make: Make) -> None:
    """Both generations of answers have the same wrapper; an empty one says nothing of traffic managers."""
    result = make({"cn-hangzhou.json": {"Instances": {"Instance": []}, "TotalCount": 0}})
    assert result.inventory.listed == {("instance", "cn-hangzhou")}


def test_traffic_managers_that_are_not_all_there_are_said(make: Make) -> None:
    row = {"InstanceId": "gtm-cn-bp9", "VersionCode": "ultimate", "CommodityCode": "dns_gtm_public_cn"}
    result = make({"a.json": {"Instances": {"Instance": [row]}, "TotalItems": 3}})
    assert [one.kind for one in result.inventory.resources.values()] == ["gtm_instance"]
    assert [finding.title for finding in result.findings] == ["Pages are missing: 1 of 3 gtm instances"]
