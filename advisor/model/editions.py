"""Editions of databases: which of them have a second node beside the first."""

from __future__ import annotations

from typing import Final

# Category of DescribeDBInstanceAttribute (rds 2014-08-15) and of DescribeDBClusterAttribute (polardb 2017-08-01).
SINGLE_NODE_EDITIONS: Final = frozenset({"basic", "serverless_basic"})
POLARDB_CLUSTERS: Final = frozenset({"normal", "normalmultimaster", "senormal"})
STANDBY_EDITIONS: Final = POLARDB_CLUSTERS | {
    "highavailability", "cluster", "alwayson", "finance", "serverless_standard", "serverless_ha",
}  # fmt: skip
"""Editions with a second node, wherever it stands."""
EDITIONS: Final = SINGLE_NODE_EDITIONS | STANDBY_EDITIONS | {"archive", "archivenormal"}
"""All that are known, in lower case; whether an archive has a second node only its nodes tell."""


def has_second_node(edition: str | None) -> bool:
    """Whether an edition has a second node; one that nobody knows is not counted on."""
    return (edition or "").lower() in STANDBY_EDITIONS


def is_edition(edition: str) -> bool:
    """Whether there is such an edition."""
    return edition.lower() in EDITIONS
