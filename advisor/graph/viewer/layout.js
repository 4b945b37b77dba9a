/* A layered drawing: one column a layer, a tall one folded into several; within a column, nodes move towards the middle
   of what they are tied to. */
const ROWS = 18;
const BOX = { width: 176, height: 36, gapX: 58, gapY: 12, fold: 14, left: 20, top: 34 };
const LAYERS = [
  ["address", ["eip", "gtm_instance"]],
  ["balancer", ["load_balancer"]],
  ["listener", ["listener"]],
  ["group", ["server_group", "scaling_group", "cluster", "deployment_set"]],
  ["server", ["instance", "network_interface", "nat_gateway", "vpn_gateway", "dts_job"]],
  ["data", ["disk", "database", "cache", "file_system", "bucket"]],
  ["protection", ["snapshot", "snapshot_policy", "replica_pair", "backup_plan", "vault", "image", "key"]],
  ["network", ["vswitch", "vpc", "security_group", "cen", "transit_router", "cen_attachment", "border_router", "physical_connection", "other"]],
  ["place", ["zone", "region"]],
];
const LAYER_OF = new Map(LAYERS.flatMap(([, kinds], layer) => kinds.map((kind) => [kind, layer])));

function layered(items, edges, layerOf) {
  const columns = new Map();
  for (const item of items) {
    const layer = layerOf(item);
    if (!columns.has(layer)) columns.set(layer, []);
    columns.get(layer).push(item);
  }
  const layers = [...columns.keys()].sort((a, b) => a - b), place = new Map(), near = new Map(items.map((item) => [item, []]));
  for (const [source, target] of edges) {
    near.get(source).push(target);
    near.get(target).push(source);
  }
  const number = (column) => column.forEach((item, row) => place.set(item, row - column.length / 2));
  for (const layer of layers) number(columns.get(layer));
  for (let sweep = 0; sweep < 6; sweep += 1) {
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const column = columns.get(layer), pull = new Map();
      column.forEach((item) => {
        const ties = near.get(item).filter((other) => layerOf(other) !== layer);
        pull.set(item, ties.length ? ties.reduce((sum, other) => sum + place.get(other), 0) / ties.length : place.get(item));
      });
      column.sort((a, b) => pull.get(a) - pull.get(b) || a - b);
      number(column);
    }
  }
  const most = Math.max(1, ...layers.map((layer) => columns.get(layer).length));
  const rows = Math.min(most, Math.max(ROWS, Math.ceil(Math.sqrt(most * 3)))), step = BOX.height + BOX.gapY, at = new Map(), heads = [];
  let left = BOX.left;
  for (const layer of layers) {
    const column = columns.get(layer), folds = Math.ceil(column.length / rows), tall = Math.ceil(column.length / folds);
    const lift = ((rows - tall) * step) / 2;
    heads.push([layer, left]);
    column.forEach((item, row) => at.set(item, { x: left + Math.floor(row / tall) * (BOX.width + BOX.fold), y: BOX.top + lift + (row % tall) * step }));
    left += folds * (BOX.width + BOX.fold) - BOX.fold + BOX.gapX;
  }
  return { at, width: left + BOX.left, height: BOX.top + rows * step + 20, heads };
}

function curve(from, to) {
  if (from.x === to.x) {
    const x = from.x + BOX.width, y1 = from.y + BOX.height / 2, y2 = to.y + BOX.height / 2;
    return `M${x},${y1} C${x + 40},${y1} ${x + 40},${y2} ${x},${y2}`;
  }
  const forward = from.x < to.x, x1 = from.x + (forward ? BOX.width : 0), x2 = to.x + (forward ? 0 : BOX.width);
  const y1 = from.y + BOX.height / 2, y2 = to.y + BOX.height / 2, bend = (x1 + x2) / 2;
  return `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
}
