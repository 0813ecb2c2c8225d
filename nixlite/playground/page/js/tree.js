// The Value pane: a tree that opens lazily, by mouse and by keyboard.

import { h, icon, placeButton } from "./dom.js";

const WORDS = {
  thunk: "not evaluated", set: "set", list: "list", function: "function", builtin: "builtin", string: "string",
  derivation: "package", error: "error", bool: "Boolean", int: "integer", float: "float", path: "path", null: "null",
};

/** The tree in `parent`. `open(path, start)` asks for a row with its members; `why(path)` and `jump(at)` act. */
export class Tree {
  constructor(parent, { open, why, jump, select }) {
    Object.assign(this, { parent, open, why, jump, select });
    this.selected = [];
  }

  /** Show a root, with its members. */
  show(root) {
    const list = h("ul", { class: "tree", role: "tree", "aria-label": "Value" });
    this.list = list;
    list.append(this.item(root, 0));
    list.addEventListener("keydown", (event) => this.key(event));
    this.parent.replaceChildren(list);
    const first = list.querySelector("[role=treeitem]");
    first.tabIndex = 0;
  }

  item(row, level) {
    const opens = row.opens || row.kind === "thunk";
    const item = h("li", {
      role: "treeitem", class: "row", tabindex: "-1", "aria-level": String(level + 1),
      "aria-expanded": opens ? String(Boolean(row.members)) : null, dataset: { path: JSON.stringify(row.path), kind: row.kind },
    });
    item.row = row;
    this.fill(item, row);
    if (row.members) this.unfold(item, row, level);
    return item;
  }

  /** What a row shows of itself. */
  fill(item, row) {
    const opens = row.opens || row.kind === "thunk";
    const line = h("div", { class: `line kind-${row.kind}`, onclick: () => this.toggle(item) },
      h("span", { class: "twist", "aria-hidden": "true" }, opens && icon("right")),
      row.name && h("span", { class: "name" }, row.name),
      row.name && h("span", { class: "equals", "aria-hidden": "true" }, "="),
      h("span", { class: "text" }, textOf(row)),
      h("span", { class: "kind" }, kindOf(row)),
      h("span", { class: "acts", onclick: (event) => event.stopPropagation() },
        placeButton(row.at, this.jump),
        h("button", {
          type: "button", class: "act", tabindex: "-1", title: "Why is it so? (w)",
          "aria-label": `Why is ${row.name || "the value"} so?`, onclick: () => this.why(row.path),
        }, "why")));
    item.querySelector(":scope > .line")?.remove();
    item.prepend(line);
  }

  unfold(item, row, level) {
    let group = item.querySelector(":scope > ul");
    if (!group) item.append((group = h("ul", { role: "group" })));
    group.querySelector(":scope > .more")?.remove();
    for (const member of row.members) group.append(this.item(member, level + 1));
    const shown = (row.start ?? 0) + row.members.length;
    if (shown < row.count) {
      group.append(h("li", { class: "more", role: "none" },
        h("button", { type: "button", onclick: () => this.more(item, shown) }, `${row.count - shown} more …`)));
    }
    item.setAttribute("aria-expanded", "true");
  }

  async more(item, start) {
    const answer = await this.open(item.row.path, start);
    if (answer) this.unfold(item, answer, Number(item.getAttribute("aria-level")) - 1);
  }

  async toggle(item) {
    this.choose(item);
    const row = item.row;
    if (row.kind === "error") return this.jump(row.problem?.at);
    if (item.getAttribute("aria-expanded") === "true") {
      item.setAttribute("aria-expanded", "false");
      return;
    }
    if (item.querySelector(":scope > ul")) return item.setAttribute("aria-expanded", "true");
    if (!row.opens && row.kind !== "thunk") return;
    item.classList.add("busy");
    const answer = await this.open(row.path, 0);
    item.classList.remove("busy");
    if (!answer) return;
    item.row = answer;
    item.dataset.kind = answer.kind;
    this.fill(item, answer);
    if (answer.opens) this.unfold(item, answer, Number(item.getAttribute("aria-level")) - 1);
    else item.removeAttribute("aria-expanded");
  }

  choose(item) {
    for (const other of this.list.querySelectorAll("[role=treeitem]")) {
      other.tabIndex = other === item ? 0 : -1;
      other.setAttribute("aria-selected", String(other === item));
    }
    this.selected = item.row.path;
    this.select?.(item.row.path);
  }

  key(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.target !== item) return;
    const all = [...this.list.querySelectorAll("[role=treeitem]")].filter((one) => one.offsetParent !== null);
    const at = all.indexOf(item);
    const expanded = item.getAttribute("aria-expanded");
    const go = (to) => to && (this.choose(to), to.focus());
    const acts = {
      ArrowDown: () => go(all[at + 1]),
      ArrowUp: () => go(all[at - 1]),
      Home: () => go(all[0]),
      End: () => go(all.at(-1)),
      ArrowRight: () => (expanded === "false" ? this.toggle(item) : go(item.querySelector("[role=treeitem]"))),
      ArrowLeft: () => (expanded === "true" ? this.toggle(item) : go(item.parentElement.closest("[role=treeitem]"))),
      Enter: () => this.toggle(item),
      " ": () => this.toggle(item),
      w: () => this.why(item.row.path),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }
}

function textOf(row) {
  if (row.kind === "thunk") return "…";
  if (row.kind === "set") return row.count ? `{ ${row.text} }` : "{ }";
  if (row.kind === "list") return row.count ? "[ … ]" : "[ ]";
  if (row.kind === "function" || row.kind === "builtin") return row.text || "…";
  return row.text;
}

function kindOf(row) {
  const word = WORDS[row.kind] ?? row.kind;
  return row.kind === "set" || row.kind === "list" ? `${word} · ${row.count}` : word;
}
