"""Node lists of a Kubernetes cluster (``kubectl get nodes -o json``): which instances are its nodes, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advisor.importers.fields import Record, get, items, records, text
from advisor.importers.places import ids_in_path, kind_of_id
from advisor.importers.records import Batch, Collector, Context, Draft
from advisor.model.inventory import Origin

_PROVIDER = re.compile(r"^(?:alicloud://)?([a-z0-9-]+)\.(i-[0-9a-z]+)$")

_NO_SERVER = (
    "If it runs on a server of the cloud, write its id into spec.providerID; of others nothing needs to be done."
)


def matches(value: object) -> bool:
    """Whether the document is a list of nodes with a provider id of this cloud."""
    return any(_PROVIDER.match(text(get(node, "spec.providerID"))) for node in _nodes(value)[:5])


def _nodes(value: object) -> list[Record]:
    if not isinstance(value, Mapping):
        return []
    if value.get("kind") == "Node":
        return [value]
    return [node for node in records(value.get("items")) if get(node, "spec.providerID")]


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every node as the instance it runs on."""
    batch = collector.batch(context)
    single = isinstance(value, Mapping) and value.get("kind") == "Node"
    nodes = [value] if single else items(value.get("items")) if isinstance(value, Mapping) else []
    for index, row in enumerate(nodes):
        node = row if isinstance(row, dict) else {}
        match = _PROVIDER.match(text(get(node, "spec.providerID")))
        if match:
            _node(node, match.group(1), match.group(2), context.but(place=f"items[{index}]"), batch)
        else:
            name, where = text(get(node, "metadata.name")), Origin(context.file, f"items[{index}]")
            collector.skip(name or where.place, "a node of no instance", where, _NO_SERVER)
    return True


def _node(node: Record, region: str, instance: str, context: Context, batch: Batch) -> None:
    labels = get(node, "metadata.labels")
    label = labels if isinstance(labels, Mapping) else {}
    draft = Draft("instance", instance, context.place, name=text(get(node, "metadata.name")), region=region)
    draft.zone = (
        str(label.get("topology.kubernetes.io/zone") or label.get("failure-domain.beta.kubernetes.io/zone") or "")
        or None
    )
    kind = label.get("node.kubernetes.io/instance-type") or label.get("beta.kubernetes.io/instance-type")
    if kind:
        draft.attributes["instance_type"] = str(kind)
    addresses = [
        text(get(one, "address"))
        for one in records(get(node, "status.addresses"))
        if text(get(one, "type")) == "InternalIP"
    ]
    draft.attributes["private_ips"] = tuple(addresses)
    batch.drafts.append(draft)
    cluster = next(
        (str(value) for value in (label.get("ack.aliyun.com"), *ids_in_path(context.path, "cluster")) if value), ""
    )
    if cluster and kind_of_id(cluster) == "cluster":
        draft.attributes["cluster_id"] = cluster
        owner = Draft("cluster", cluster, context.place, partial=True, unite=frozenset({"node_ids"}))
        owner.attributes["node_ids"] = (instance,)
        batch.drafts.append(owner)
