"use strict";

/* What a failure does, as the engine works it out: a resource fails with any one dependency, or once too many members
   of a redundant set are gone. The numbers are positions in data.nodes and data.workloads. */
function makeSimulation(data) {
  const above = data.nodes.map(() => []), gatesOf = data.nodes.map(() => []), hard = data.nodes.map(() => []);
  const scaled = data.nodes.map(() => []), own = data.nodes.map(() => []);
  for (const [source, target, meaning] of data.edges) {
    if (meaning === "hard" || meaning === "containment") above[target].push(source);
    if (meaning === "hard") hard[source].push(target);
  }
  const gates = data.sets.map(([source, members, quorum, scales]) => ({ source, members, scales, limit: members.length - quorum + 1 }));
  data.workloads.forEach((workload, number) => {
    for (const part of workload.components) {
      if (part.quorum > 0) gates.push({ workload: number, members: part.counted, limit: part.counted.length - part.quorum + 1 });
    }
  });
  gates.forEach((gate, number) => {
    for (const member of gate.members) gatesOf[member].push(number);
    if (gate.source === undefined) return;
    own[gate.source].push(gate);
    if (gate.scales) for (const member of gate.members) scaled[member].push(gate.source);
  });
  const needing = data.workloads.map(() => []);
  data.workloads.forEach((workload, number) => { for (const need of workload.needs) needing[need].push(number); });

  function spread(start) {
    const failed = new Set([start]), down = new Set(), lost = gates.map(() => 0), waiting = [start];
    const stop = (number) => {
      if (down.has(number)) return;
      down.add(number);
      needing[number].forEach(stop);
    };
    const fail = (node) => { if (!failed.has(node)) { failed.add(node); waiting.push(node); } };
    while (waiting.length) {
      const node = waiting.pop();
      above[node].forEach(fail);
      for (const number of gatesOf[node]) {
        const gate = gates[number];
        lost[number] += 1;
        if (lost[number] !== gate.limit) continue;
        if (gate.source === undefined) stop(gate.workload); else fail(gate.source);
      }
    }
    return { failed, down };
  }

  function capacities(failed) {
    const left = new Map();
    const share = (node) => (failed.has(node) ? 0 : left.has(node) ? left.get(node) : 1);
    const worked = (node) => {
      let least = 1;
      for (const target of hard[node]) least = Math.min(least, left.has(target) ? left.get(target) : 1);
      for (const gate of own[node]) {
        if (gate.scales) least = Math.min(least, gate.members.reduce((sum, member) => sum + share(member), 0) / gate.members.length);
      }
      return least;
    };
    for (const gate of gates) {
      if (gate.source !== undefined && !failed.has(gate.source) && gate.members.some((member) => failed.has(member))) left.set(gate.source, 1);
    }
    for (const [source, target, meaning] of data.edges) {
      if (meaning === "soft" && failed.has(target) && !failed.has(source)) left.set(source, 1);
    }
    const waiting = [...left.keys()];
    while (waiting.length) {
      const node = waiting.shift(), now = worked(node);
      if (now < (left.has(node) ? left.get(node) : 1) - 1e-9) {
        left.set(node, now);
        for (const up of new Set([...scaled[node], ...above[node]])) if (!failed.has(up)) waiting.push(up);
      }
    }
    return left;
  }

  const isPlace = (node) => data.nodes[node].kind === "zone" || data.nodes[node].kind === "region";

  function verdicts(failed, down, degraded, unprotected) {
    const states = new Map(), hit = new Set(), bare = new Set();
    data.nodes.forEach((node, number) => {
      if (failed.has(number) || degraded.has(number)) hit.add(node.workload);
      if (unprotected.has(number)) bare.add(node.workload);
    });
    data.workloads.forEach((workload, number) => {
      const members = workload.components.flatMap((part) => part.members);
      if (down.has(number) || (members.length && members.every((member) => failed.has(member)))) states.set(number, "failed");
      else if (hit.has(number) || workload.misses.some((need) => down.has(need))) states.set(number, "degraded");
      else if (bare.has(number)) states.set(number, "unprotected");
    });
    return states;
  }

  function known(start) {
    const down = data.known[data.nodes[start].id] || [];
    return { failed: new Set([start]), degraded: new Map(), unprotected: new Set(), workloads: new Map(down.map((number) => [number, "failed"])) };
  }

  return function run(start) {
    if (data.left_out) return known(start);
    const { failed, down } = spread(start);
    const degraded = capacities(failed), unprotected = new Set();
    for (const node of [...degraded.keys()]) if (isPlace(node)) degraded.delete(node);
    for (const [source, target, meaning] of data.edges) {
      const bares = meaning === "recovery" || meaning === "control";
      if (bares && failed.has(target) && !failed.has(source) && !degraded.has(source) && !isPlace(source)) unprotected.add(source);
    }
    return { failed, degraded, unprotected, workloads: verdicts(failed, down, degraded, unprotected) };
  };
}
