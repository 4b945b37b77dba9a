"""Node lists of a Kubernetes cluster (``kubectl get nodes -o json``): which instances are its nodes, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advisor.importers.fields import ABSENT, Record, get, items, records, text
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
    draft.zone = _label(draft, label, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone") or None
    kind = _label(draft, label, "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
    if kind:
        draft.attributes["instance_type"] = kind
    addresses = draft.read("status.addresses", _addresses, get(node, "status.addresses"))
    if addresses is not ABSENT:
        draft.attributes["private_ips"] = addresses
    batch.drafts.append(draft)
    named = _label(draft, label, "ack.aliyun.com")
    cluster = next((one for one in (named, *ids_in_path(context.path, "cluster")) if one), "")
    if cluster and kind_of_id(cluster) == "cluster":
        draft.attributes["cluster_id"] = cluster
        owner = Draft("cluster", cluster, context.place, partial=True, unite=frozenset({"node_ids"}))
        owner.attributes["node_ids"] = (instance,)
        batch.drafts.append(owner)


def _label(draft: Draft, labels: Record, *names: str) -> str:
    """The first of these labels that is set; one that is no text is said."""
    value = next((labels[name] for name in names if labels.get(name)), "")
    if not isinstance(value, str):
        draft.odd = (*draft.odd, f"a label ({', '.join(names)}) is no text; expected: a text")
        return ""
    return value


def _addresses(value: object) -> object:
    """The addresses of a node within its network; ``ValueError`` where these are none."""
    rows = items(value)
    if not all(isinstance(one, dict) for one in rows):
        raise ValueError("holds no records; expected: a list of addresses with their types")
    found = (text(get(one, "address")) for one in records(rows) if text(get(one, "type")) == "InternalIP")
    return tuple(address for address in found if address)
