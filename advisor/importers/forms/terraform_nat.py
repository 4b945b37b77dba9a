"""Address rules of NAT gateways in a state: they name a table, and the gateway names its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from advisor.importers.convert import unique
from advisor.importers.fields import Record, get, text
from advisor.importers.records import Batch, Collector, Context
from advisor.importers.services import network
from advisor.model.inventory import Origin

NAT_GATEWAY: Final = "alicloud_nat_gateway"
ENTRIES: Final[dict[str, tuple[str, Callable[[Record, Context, Batch], None]]]] = {
    "alicloud_snat_entry": ("snat_table_id", network.read_snat_entry),
    "alicloud_forward_entry": ("forward_table_id", network.read_forward_entry),
}
"""The types of the rules: the attribute that names the table, and the reader of the API's own record."""


def gateways_of_tables(gateways: Iterable[Record]) -> dict[str, str]:
    """Ids of tables → the gateway they belong to."""
    return {
        table: text(gateway.get("id"))
        for gateway in gateways
        for table in unique(
            *(
                part.split(",")
                for name in ("snat_table_ids", "forward_table_ids")
                for part in [text(get(gateway, name))]
            )
        )
    }


def read_entry(
    kind: str, attributes: Record, gateways: Mapping[str, str], context: Context, batch: Batch, collector: Collector
) -> None:
    """Read one rule; one whose gateway another root manages is left out, which is said."""
    table, read = ENTRIES[kind]
    gateway = gateways.get(text(attributes.get(table)))
    if not gateway:
        where, remedy = Origin(context.file, context.place), "Import the state that manages the NAT gateway, too."
        collector.skip(context.place, "its NAT gateway is not in this state", where, remedy)
    else:
        read({**attributes, "NatGatewayId": gateway}, context, batch)
