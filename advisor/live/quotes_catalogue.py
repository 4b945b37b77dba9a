"""Which SKUs the price service can quote, and how each is asked for: module, configuration, unit.

The module codes and configuration strings are those of the vendor's pages on GetPayAsYouGoPrice for ECS (91486), CLB
(91488) and EIP (94449), and of public programs that call it. For snapshots, ALB, NLB, DTS, GTM, Cloud Backup and CEN no
module is known; their figures stay those of the book.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from advisor.model.pricebook import AREAS, Billing

Site = Literal["cn", "intl"]
CURRENCY: Final[dict[Site, str]] = {"cn": "CNY", "intl": "USD"}

_INSTANCE = re.compile(r"ecs\.[a-z0-9-]+\.(?!vcpu$|out$)[a-z0-9-]*(large|small|medium|metal|tiny)")
_CLB_SPEC = re.compile(r"clb\.spec\.(s\d\.[a-z]+)")
_DISKS: Final = {
    "disk.cloud_essd.pl0.capacity": ("cloud_essd", "PL0"),
    "disk.cloud_essd.pl1.capacity": ("cloud_essd", "PL1"),
    "disk.cloud_essd.pl2.capacity": ("cloud_essd", "PL2"),
    "disk.cloud_essd.pl3.capacity": ("cloud_essd", "PL3"),
    "disk.cloud_auto.capacity": ("cloud_auto", ""),
    "disk.cloud_efficiency.capacity": ("cloud_efficiency", ""),
    "disk.cloud_ssd.capacity": ("cloud_ssd", ""),
    "disk.cloud_essd_entry.capacity": ("cloud_essd_entry", ""),
    "disk.cloud_regional_disk_auto.capacity": ("cloud_regional_disk_auto", ""),
}
_DISK_GIB: Final = 2000
"""Large enough for every level (PL3 begins at 1,261 GiB) and against the four decimals of an hourly answer."""
_USAGE: Final[dict[str, dict[Site, tuple[str, str, str, str, str]]]] = {
    "eip.traffic.out": {
        "cn": ("eip", "InternetChargeType", "Usage", "InternetChargeType:1", "GB"),
        "intl": ("eip", "InternetTrafficOut", "Usage", "InternetTrafficOut:1", "GB"),
    },
    "eip.config": {
        "cn": ("eip", "ISP", "Hour", "ISP:BGP", "hour"),
        "intl": ("eip", "InstanceRent", "Hour", "InstanceRent:1", "hour"),
    },
    "clb.traffic.out": {
        "cn": ("slb", "InternetTrafficOut", "Usage", "InternetTrafficOut:1", "GB"),
        "intl": ("slb", "InternetTrafficOut", "Usage", "InternetTrafficOut:1", "GB"),
    },
    "clb.public_ip.retention": {
        "cn": ("slb", "InstanceRent", "Hour", "InstanceRent:1", "hour"),
        "intl": ("slb", "InstanceRent", "Hour", "InstanceRent:1", "hour"),
    },
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One module of a price request, and what its answer is worth: the cost of ``quantity`` units of ``unit``."""

    product: str
    module: str
    price_type: str
    config: str
    unit: str
    quantity: Decimal = Decimal(1)


def ask_for(sku: str, region: str, billing: Billing, site: Site) -> Ask | None:
    """How a SKU is asked for, None where the price service does not know it or no one region is named."""
    if region in AREAS:
        return None
    if _INSTANCE.fullmatch(sku):
        unit = "hour" if billing == "payg" else "instance-month"
        config = f"InstanceType:{sku},IoOptimized:IoOptimized,ImageOs:linux"
        return Ask("ecs", "InstanceType", "Hour", config, unit)
    if sku in _DISKS:
        return _disk(sku, region, billing)
    if billing == "subscription":
        return None
    if sku == "ecs.traffic.out":
        return Ask("ecs", "InternetTrafficOut", "Usage", f"Region:{region},InternetTrafficOut:1", "GB")
    if match := _CLB_SPEC.fullmatch(sku):
        return Ask("slb", "LoadBalancerSpec", "Hour", f"LoadBalancerSpec:slb.{match[1]}", "hour")
    if sku in _USAGE:
        return Ask(*_USAGE[sku][site])
    return None


def _disk(sku: str, region: str, billing: Billing) -> Ask:
    category, level = _DISKS[sku]
    config = f"Region:{region},DataDisk.Category:{category},DataDisk.Size:{_DISK_GIB}"
    if level:
        config += f",DataDisk.PerformanceLevel:{level}"
    unit = "GiB-hour" if billing == "payg" else "GiB-month"
    return Ask("ecs", "DataDisk", "Hour", config, unit, Decimal(_DISK_GIB))
