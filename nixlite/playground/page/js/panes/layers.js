// The layers of a set, the last word on top: who defines, who changes, and what of which layer that reads.

import { h, placeButton } from "../dom.js";

export const question = (app) => ["layers", { main: app.main, path: app.path }];
export const label = "The layers of";
export const wait = "Recording an evaluation …";
const MOST = 20;

export function render(data, app) {
  const stack = [...data.layers].reverse();
  return [
    h("p", { class: "aside" }, stack.length > 1
      ? "The topmost layer has the last word. What it reads is from the layer behind the arrow."
      : "One layer: nothing was put over it."),
    h("ol", { class: "layers", reversed: true }, stack.map((layer) =>
      h("li", { class: "card layer", value: String(layer.number), id: `layer-${layer.number}` },
        h("h3", {}, h("span", { class: "number" }, String(layer.number)), layer.what, " ", placeButton(layer.at, app.jump)),
        entries(layer, app)))),
  ];
}

function entries(layer, app) {
  const row = (entry) => h("li", {},
    entry.verb && h("span", { class: `chip ${entry.verb === "changes" ? "warn" : "plain"}` }, entry.verb),
    h("button", { type: "button", class: "node-jump", disabled: !entry.at, onclick: () => app.jump(entry.at) },
      h("code", { class: "name" }, entry.name),
      entry.value && entry.value !== "…" && h("code", { class: "value" }, entry.value)),
    entry.reads.map((edge) => h("button", {
      type: "button", class: "edge", disabled: !edge.layer, onclick: () => show(edge.layer),
      title: edge.layer ? `It is from layer ${edge.layer}` : "No layer has it",
    }, h("code", {}, `${edge.via}.${edge.name}`), edge.layer ? ` → ${edge.layer}` : " → none")));
  const rows = layer.entries.map(row);
  return [
    h("ul", { class: "entries" }, rows.slice(0, MOST)),
    rows.length > MOST && h("details", {}, h("summary", {}, `${rows.length - MOST} more`), h("ul", { class: "entries" }, rows.slice(MOST))),
  ];
}

function show(number) {
  const layer = document.getElementById(`layer-${number}`);
  layer?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  layer?.animate?.([{ outline: "2px solid var(--accent)" }, { outline: "2px solid transparent" }], 900);
}
