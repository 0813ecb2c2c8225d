// A list of tabs, as screen readers and keyboards know it: one of them is in the tab order, arrows go on.

import { h } from "./dom.js";

/** Tabs in `list`: `items` are `{id, label, extra}`; `choose(id)` is called when another is taken. */
export class Tabs {
  constructor(list, choose) {
    this.list = list;
    this.choose = choose;
    this.current = "";
    list.addEventListener("keydown", (event) => this.key(event));
  }

  show(items, current, { controls } = {}) {
    const focused = this.list.contains(document.activeElement);
    this.current = current;
    this.list.replaceChildren(...items.map(({ id, label, extra, title }) =>
      h("div", { class: "tab-box", role: "none" },
        h("button", {
          type: "button", role: "tab", id: `tab-${id}`, dataset: { tab: id }, "aria-selected": String(id === current), title: title ?? null,
          "aria-controls": controls ? `${controls}${id}` : null, tabindex: id === current ? "0" : "-1", onclick: () => this.choose(id),
        }, label), extra)));
    if (focused) this.list.querySelector('[aria-selected="true"]')?.focus();
    this.list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  key(event) {
    const tabs = [...this.list.querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus();
    this.choose(tab.dataset.tab);
  }
}
