(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const simulate = makeSimulation(data), byId = new Map(data.nodes.map((node, number) => [node.id, number]));
  const find = (id) => document.getElementById(id), drawing = find("drawing");
  const LOOSE = -1, OVERVIEW = null, SHOWN = 60;
  const state = { view: OVERVIEW, fresh: true, chosen: null, failure: null, result: null, zoom: 1, query: "" };
  const meanings = new Map([
    ["hard", ["fails with it", true]], ["k_of_n", ["one of several", true]], ["failover", ["stands by", true]],
    ["soft", ["would miss it", true]], ["recovery", ["brings it back", false]], ["containment", ["stands in it", false]],
    ["control", ["changes by it", false]], ["proposal", ["possible, not confirmed", false]],
  ]);
  const WORDS = { failed: "fails", degraded: "degrades", unprotected: "loses protection" };

  const label = (node) => data.nodes[node].name || data.nodes[node].id;
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const pen = document.createElement("canvas").getContext("2d"), family = getComputedStyle(document.body).fontFamily;
  const byName = (a, b) => (label(a) < label(b) ? -1 : label(a) > label(b) ? 1 : a - b);

  /* The text as far as it fits into so many pixels. */
  function short(text, size) {
    pen.font = `${size}px ${family}`;
    const fits = (part) => pen.measureText(part).width <= BOX.width - 14;
    if (fits(text)) return text;
    const signs = [...text];
    let low = 0, high = signs.length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(`${signs.slice(0, middle).join("")}…`)) low = middle; else high = middle - 1;
    }
    return `${signs.slice(0, low).join("")}…`;
  }

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function draw(tag, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function stateOfNode(node) {
    if (!state.result) return "";
    if (state.result.failed.has(node)) return "failed";
    if (state.result.degraded.has(node)) return "degraded";
    return state.result.unprotected.has(node) ? "unprotected" : "";
  }

  const stateOfWorkload = (number) => (state.result && state.result.workloads.get(number)) || "";
  const on = (meaning) => meanings.get(meaning)[1];

  function shownEdges() {
    const style = ([, target, meaning]) => (isPlace(target) ? "containment" : meaning);
    const listed = data.edges.filter((edge) => on(style(edge))).map((edge) => [...edge, edge[2]]);
    return on("proposal") ? [...listed, ...data.proposals.map((edge) => [...edge, "proposal"])] : listed;
  }

  /* ---- drawings ---- */

  function box(at, title, sub, classes, onChoose) {
    const group = draw("g", { class: `node ${classes}`, tabindex: "0", role: "button", "aria-label": `${title}, ${sub}`, transform: `translate(${at.x},${at.y})` });
    group.append(draw("title", {}, `${title}\n${sub}`), draw("rect", { width: BOX.width, height: BOX.height, rx: 5 }));
    group.append(draw("text", { x: 8, y: 15 }, short(title, 12)), draw("text", { x: 8, y: 29, class: "sub" }, short(sub, 10)));
    group.addEventListener("click", onChoose);
    group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); onChoose(); } });
    return group;
  }

  function paint(plan, edges, boxes, heads) {
    if (state.fresh) fit(plan.width);
    const moved = state.fresh;
    state.fresh = false;
    drawing.replaceChildren();
    drawing.setAttribute("viewBox", `0 0 ${plan.width} ${plan.height}`);
    drawing.setAttribute("width", plan.width * state.zoom);
    drawing.setAttribute("height", plan.height * state.zoom);
    for (const [text, x] of heads) drawing.append(draw("text", { x, y: 20, class: "column" }, text));
    for (const [source, target, classes, title] of edges) {
      const path = draw("path", { d: curve(plan.at.get(source), plan.at.get(target)), class: `edge ${classes}` });
      path.append(draw("title", {}, title));
      drawing.append(path);
    }
    drawing.append(...boxes);
    if (moved) find("canvas").scrollTo(0, 0);
  }

  function drawOverview() {
    const items = data.workloads.map((_, number) => number), edges = [];
    data.workloads.forEach((workload, number) => {
      for (const need of workload.needs) edges.push([number, need, "hard", `${workload.name} needs ${data.workloads[need].name}`]);
      for (const need of workload.misses) edges.push([number, need, "soft", `${workload.name} would miss ${data.workloads[need].name}`]);
    });
    const last = Math.max(0, ...data.workloads.map((workload) => workload.wave));
    const plan = layered(items, edges, (number) => last - data.workloads[number].wave);
    const boxes = items.map((number) => {
      const workload = data.workloads[number];
      return box(plan.at.get(number), workload.name, `${workload.class}, ${plural(workload.size, "resource")}`, stateOfWorkload(number), () => open(number));
    });
    paint(plan, edges, boxes, plan.heads.map(([layer, x]) => [`recovers in wave ${last - layer + 1}`, x]));
  }

  function drawWorkload() {
    const inside = new Set(data.nodes.map((_, number) => number).filter((number) => data.nodes[number].workload === state.view && !isPlace(number)));
    const edges = shownEdges().filter(([source, target]) => inside.has(source) || (inside.has(target) && !isPlace(target)));
    const items = new Set(edges.flatMap(([source, target]) => [source, target]));
    for (const node of inside) if (on("recovery") || (LAYER_OF.get(data.nodes[node].kind) ?? 7) < 6 || items.has(node)) items.add(node);
    const kept = edges.filter(([source, target]) => items.has(source) && items.has(target));
    const layer = (node) => LAYER_OF.get(data.nodes[node].kind) ?? 7;
    const sorted = [...items].sort((a, b) => a - b), plan = layered(sorted, kept, layer), near = new Set([state.chosen]);
    for (const [source, target] of kept) {
      if (source === state.chosen) near.add(target);
      if (target === state.chosen) near.add(source);
    }
    const chosen = items.has(state.chosen);
    const lines = kept.map(([source, target, meaning, confidence, said, style]) => {
      const touches = source === state.chosen || target === state.chosen;
      return [source, target, `${style} ${touches ? "near" : chosen ? "dim" : ""}`, `${label(source)} → ${label(target)}: ${meaning}, ${confidence}\n${said}`];
    });
    const boxes = sorted.map((node) => {
      const classes = [stateOfNode(node), inside.has(node) ? "" : "ghost", node === state.chosen ? "chosen" : chosen && !near.has(node) ? "dim" : ""];
      const record = data.nodes[node];
      return box(plan.at.get(node), label(node), [record.kind.replaceAll("_", " "), record.zone].filter(Boolean).join(", "), classes.join(" "), () => choose(node));
    });
    paint(plan, lines, boxes, plan.heads.map(([number, x]) => [LAYERS[number] ? LAYERS[number][0] : "", x]));
  }

  const isPlace = (node) => data.nodes[node].kind === "zone" || data.nodes[node].kind === "region";

  /* ---- panels ---- */

  function listButton(text, note, classes, current, act) {
    const button = make("button", null, { class: classes, "aria-current": String(current) });
    button.append(make("span", text), make("span", note ? ` ${note}` : "", { class: "quiet" }));
    button.addEventListener("click", act);
    return button;
  }

  function showList() {
    const list = find("list"), query = state.query.trim().toLowerCase();
    list.replaceChildren();
    if (query) {
      const found = data.nodes.map((_, number) => number).filter((number) => `${data.nodes[number].name} ${data.nodes[number].id}`.toLowerCase().includes(query)).sort(byName);
      list.append(make("p", `${found.length} found`, { class: "quiet" }));
      for (const node of found.slice(0, SHOWN)) {
        list.append(listButton(label(node), data.nodes[node].kind.replaceAll("_", " "), stateOfNode(node), node === state.chosen, () => goTo(node)));
      }
      return;
    }
    list.append(listButton("All workloads", `${data.workloads.length}`, "", state.view === OVERVIEW, () => open(OVERVIEW)));
    const rank = (number) => ["failed", "degraded", "unprotected", ""].indexOf(stateOfWorkload(number));
    const ordered = data.workloads.map((_, number) => number).sort((a, b) => rank(a) - rank(b) || a - b);
    ordered.forEach((number) => {
      const workload = data.workloads[number], verdict = stateOfWorkload(number);
      list.append(listButton(workload.name, verdict ? WORDS[verdict] : workload.class, verdict, state.view === number, () => open(number)));
    });
    const loose = data.nodes.filter((node, number) => node.workload === LOOSE && !isPlace(number)).length;
    if (loose) list.append(listButton("In no workload", `${loose}`, "", state.view === LOOSE, () => open(LOOSE)));
    if (data.left_out) list.append(make("p", `${data.left_out} resources are too many for a page; the JSON has them all.`, { class: "quiet" }));
  }

  function ties(title, edges, end) {
    const part = document.createDocumentFragment();
    if (!edges.length) return part;
    const items = make("ul");
    for (const edge of edges.slice(0, SHOWN)) {
      const item = make("li"), link = make("button", label(edge[end]), { class: "link" });
      link.addEventListener("click", () => goTo(edge[end]));
      item.append(link, make("span", ` ${meanings.get(edge[2])[0]}, ${edge[3]}. ${edge[4]}`, { class: "quiet" }));
      items.append(item);
    }
    if (edges.length > SHOWN) items.append(make("li", `and ${edges.length - SHOWN} more`, { class: "quiet" }));
    part.append(make("h2", `${title} (${edges.length})`), items);
    return part;
  }

  function showDetails() {
    const panel = find("details");
    panel.replaceChildren();
    if (state.result) panel.append(...failureWords());
    if (state.chosen !== null) return panel.append(...nodeWords(state.chosen));
    if (state.view === OVERVIEW || state.view === LOOSE) {
      return panel.append(make("p", "Choose a workload, then a resource.", { class: "quiet" }), ...data.points.map(weakPoints));
    }
    const workload = data.workloads[state.view];
    panel.append(make("h2", workload.name), make("p", `class ${workload.class}, found by ${workload.found_by.replaceAll("_", " ")}`));
    const parts = make("ul");
    for (const part of workload.components) {
      const needed = part.kind === "server_group" ? `, ${part.quorum} of ${part.counted.length} needed` : "";
      parts.append(make("li", `${part.name}: ${part.kind.replaceAll("_", " ")}${needed}`));
    }
    panel.append(make("h2", "Components"), parts);
  }

  /* A sort of weak points: a count that opens to what they are, with the failures to try out. */
  function weakPoints([title, count, points]) {
    if (!count) return make("p", `${title}: none found`);
    const part = make("details", null, { class: "points" }), items = make("ul");
    for (const [severity, words, detail, nodes] of points) {
      const item = make("li");
      item.append(make("strong", words), make("span", ` ${severity}. ${detail}`, { class: "quiet" }));
      for (const node of nodes) {
        const fail = make("button", `What if ${label(node)} fails`, { class: "link" });
        fail.addEventListener("click", () => strike(node));
        item.append(make("br"), fail);
      }
      items.append(item);
    }
    if (count > points.length) items.append(make("li", `and ${count - points.length} more; the JSON has them all`, { class: "quiet" }));
    part.append(make("summary", `${title} (${count})`), items);
    return part;
  }

  function failureWords() {
    const { failed, degraded, unprotected, workloads } = state.result, parts = [make("h2", `When ${label(state.failure)} fails`)];
    const lost = [...failed].filter((node) => !isPlace(node)), down = [...workloads.values()].filter((verdict) => verdict === "failed").length;
    parts.push(make("p", `${down} of ${plural(data.workloads.length, "workload")} down`));
    if (data.left_out) return parts;
    parts.push(affected(`${plural(lost.length, "resource")} ${lost.length === 1 ? "fails" : "fail"}`, "failed", lost));
    parts.push(affected(`${degraded.size} ${degraded.size === 1 ? "degrades" : "degrade"}`, "degraded", [...degraded.keys()]));
    parts.push(affected(`${unprotected.size} ${unprotected.size === 1 ? "loses" : "lose"} protection`, "unprotected", [...unprotected]));
    return parts;
  }

  /* What a failure does to resources: a count that opens to their names; the lowest capacity first. */
  function affected(title, verdict, nodes) {
    if (!nodes.length) return make("p", title, { class: `state ${verdict}` });
    const part = make("details"), items = make("ul"), share = (node) => state.result.degraded.get(node) ?? 1;
    for (const node of nodes.sort((a, b) => share(a) - share(b) || byName(a, b)).slice(0, SHOWN)) {
      const item = make("li"), link = make("button", label(node), { class: "link" });
      link.addEventListener("click", () => goTo(node));
      item.append(link, make("span", share(node) < 1 ? ` ${Math.round(share(node) * 100)} % left` : ` ${data.nodes[node].kind.replaceAll("_", " ")}`, { class: "quiet" }));
      items.append(item);
    }
    if (nodes.length > SHOWN) items.append(make("li", `and ${nodes.length - SHOWN} more`, { class: "quiet" }));
    part.append(make("summary", title, { class: `state ${verdict}` }), items);
    return part;
  }

  function nodeWords(node) {
    const record = data.nodes[node], verdict = stateOfNode(node), parts = [make("h2", label(node)), make("p", record.id, { class: "quiet" })];
    const facts = [record.kind.replaceAll("_", " "), record.zone || record.region, record.status, record.listed ? "" : "listed in no file"];
    parts.push(make("p", facts.filter(Boolean).join(", ")));
    if (verdict) {
      const share = state.result.degraded.get(node);
      parts.push(make("p", WORDS[verdict] + (share !== undefined && share < 1 ? `, ${Math.round(share * 100)} % left` : ""), { class: `state ${verdict}` }));
    }
    const fail = make("button", "What if this fails");
    fail.addEventListener("click", () => strike(node));
    parts.push(fail, ties("Depends on", data.edges.filter((edge) => edge[0] === node), 1), ties("Needed by", data.edges.filter((edge) => edge[1] === node), 0));
    parts.push(ties("Possibly depends on", data.proposals.filter((edge) => edge[0] === node), 1), ties("Possibly needed by", data.proposals.filter((edge) => edge[1] === node), 0));
    return parts;
  }

  function showLegend() {
    const legend = find("legend");
    legend.replaceChildren(make("span", "Show:"));
    for (const [meaning, entry] of meanings) {
      const field = make("label"), tick = make("input", null, { type: "checkbox" });
      tick.checked = entry[1];
      tick.addEventListener("change", () => { entry[1] = tick.checked; refresh(); });
      field.append(tick, make("span", ` ${entry[0]}`));
      legend.append(field);
    }
  }

  /* ---- acts ---- */

  function refresh() {
    if (state.view === OVERVIEW) drawOverview(); else drawWorkload();
    showList();
    showDetails();
    const where = state.view === OVERVIEW ? "all workloads" : state.view === LOOSE ? "in no workload" : data.workloads[state.view].name;
    find("status").textContent = state.result ? `${where}; ${label(state.failure)} fails` : where;
  }

  function fit(width) { state.zoom = Math.min(1, Math.max(0.75, (find("canvas").clientWidth - 8) / width)); }
  function open(view) { state.fresh = true; state.view = view; state.chosen = null; state.query = ""; find("search").value = ""; refresh(); }
  function choose(node) { state.chosen = state.chosen === node ? null : node; refresh(); }
  function goTo(node) { if (!isPlace(node) && state.view !== data.nodes[node].workload) { state.view = data.nodes[node].workload; state.fresh = true; } state.chosen = node; refresh(); }

  function strike(node) {
    state.failure = node;
    state.result = node === null ? null : simulate(node);
    const choice = find("failure");
    if (node !== null && ![...choice.options].some((option) => option.value === data.nodes[node].id)) {
      choice.append(make("option", label(node), { value: data.nodes[node].id }));
    }
    choice.value = node === null ? "" : data.nodes[node].id;
    refresh();
  }

  for (const node of data.nodes) if (node.kind === "zone" || node.kind === "region") find("failure").append(make("option", `${node.kind} ${node.name}`, { value: node.id }));
  find("failure").addEventListener("change", (event) => strike(event.target.value ? byId.get(event.target.value) : null));
  find("search").addEventListener("input", (event) => { state.query = event.target.value; showList(); });
  const zoom = (factor) => { state.zoom = Math.min(3, Math.max(0.3, state.zoom * factor)); refresh(); };
  find("smaller").addEventListener("click", () => zoom(1 / 1.25));
  find("larger").addEventListener("click", () => zoom(1.25));
  showLegend();
  if (data.failure && byId.has(data.failure)) strike(byId.get(data.failure)); else refresh();
})();
