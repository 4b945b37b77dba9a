"""The cloud products that are asked: their API versions, hosts, pace and names in permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Product:
    """A cloud product: its API version, its hosts, how often it is asked and how many rows a page holds."""

    name: str
    version: str
    code: str
    """The product in host names."""
    ram: str
    """The product in permissions."""
    per_second: float
    """Requests a second over all regions. The services document few limits, so these are chosen low."""
    page_size: int
    region_parameter: str = "RegionId"
    central: frozenset[str] = frozenset()
    """Regions whose host names no region."""
    host: str = ""
    """A host of another pattern; ``{region}`` is the region."""
    everywhere: bool = False
    """Whether its resources belong to no region: it is asked once, not region by region."""


_MAIN: Final = frozenset(
    {
        "cn-beijing",
        "cn-hangzhou",
        "cn-qingdao",
        "cn-shanghai",
        "cn-shenzhen",
        "cn-hongkong",
        "ap-southeast-1",
        "us-east-1",
        "us-west-1",
    }
)
_DATA: Final = frozenset({"cn-qingdao", "cn-beijing", "cn-wulanchabu", "cn-hangzhou", "cn-shanghai", "cn-heyuan"})
_DTS: Final = _MAIN | {
    "cn-zhangjiakou",
    "cn-huhehaote",
    "cn-chengdu",
    "cn-wulanchabu",
    "ap-southeast-3",
    "ap-southeast-5",
    "eu-west-1",
    "eu-central-1",
    "me-east-1",
}

PRODUCTS: Final[Mapping[str, Product]] = {
    product.name: product
    for product in (
        Product("ecs", "2014-05-26", "ecs", "ecs", 10, 100),
        Product("vpc", "2016-04-28", "vpc", "vpc", 8, 50, central=frozenset({"cn-hangzhou"})),
        Product("cbn", "2017-09-12", "cbn", "cen", 5, 50, "", host="cbn.aliyuncs.com"),
        Product("alb", "2020-06-16", "alb", "alb", 5, 100, region_parameter=""),
        Product("nlb", "2022-04-30", "nlb", "nlb", 5, 100),
        Product("slb", "2014-05-15", "slb", "slb", 8, 100, central=_MAIN),
        Product("ess", "2022-02-22", "ess", "ess", 5, 50, central=_MAIN | {"cn-nanjing"}),
        Product("rds", "2014-08-15", "rds", "rds", 8, 100, central=_MAIN | {"cn-heyuan"}),
        Product("kvstore", "2015-01-01", "r-kvstore", "kvstore", 5, 50, central=frozenset({"cn-hangzhou"})),
        Product("polardb", "2017-08-01", "polardb", "polardb", 5, 50, central=_DATA),
        Product("ebs", "2021-07-30", "ebs", "ebs", 5, 100),
        Product("hbr", "2017-09-08", "hbr", "hbr", 3, 50, ""),
        Product("nas", "2017-06-26", "nas", "nas", 5, 100, ""),
        Product("dts", "2020-01-01", "dts", "dts", 5, 30, "Region", central=_DTS),
        Product("dds", "2015-12-01", "mongodb", "dds", 5, 50, central=_DATA - {"cn-qingdao"}),
        Product("cs", "2015-12-15", "cs", "cs", 3, 50, ""),
        Product("alidns", "2015-01-09", "alidns", "alidns", 5, 100, "", host="alidns.aliyuncs.com", everywhere=True),
        Product("oss", "", "oss", "oss", 10, 1000, "", host="oss-{region}.aliyuncs.com"),
    )
}
ALIASES: Final[Mapping[str, str]] = {
    "cen": "cbn",
    "clb": "slb",
    "redis": "kvstore",
    "tair": "kvstore",
    "r-kvstore": "kvstore",
    "ack": "cs",
    "backup": "hbr",
    "mongodb": "dds",
    "gtm": "alidns",
    "dns": "alidns",
}
EVERYWHERE: Final = "global"
"""Stands for the region of what belongs to none."""


def host_of(product: Product, region: str) -> str:
    """The host that serves the product in a region, as the vendor's SDKs have it."""
    if product.host:
        return product.host.replace("{region}", region)
    if product.name == "ecs" and region == "cn-hangzhou":
        return "ecs-cn-hangzhou.aliyuncs.com"
    return f"{product.code}.aliyuncs.com" if region in product.central else f"{product.code}.{region}.aliyuncs.com"


def places_of(products: Sequence[str], regions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Every pair of product and region that is to be asked."""
    found = [
        (product, region)
        for product in products
        for region in ((EVERYWHERE,) if PRODUCTS[product].everywhere else regions)
    ]
    return tuple(dict.fromkeys(found))
