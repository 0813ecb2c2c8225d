// An evaluation step by step: forward and back, the source highlighted.

import { h, icon } from "../dom.js";

export const question = (app) => ["steps", { main: app.main, path: app.path }];
export const label = "The evaluation of";
export const wait = "Recording every step …";

const WORDS = { create: "is made, not evaluated", force: "is forced", read: "is read again", value: "becomes", error: "fails" };

export function render(data, app) {
  if (!data.steps.length) return h("p", { class: "aside" }, "There is nothing to evaluate: it is a value as it is written.");
  return new Player(data, app).element;
}

class Player {
  constructor(data, app) {
    this.data = data;
    this.app = app;
    this.at = 0;
    const button = (picture, text, go) => h("button", { type: "button", class: "round", title: text, "aria-label": text, onclick: go }, icon(picture));
    this.slider = h("input", {
      type: "range", min: "0", max: String(data.steps.length - 1), value: "0", "aria-label": "step",
      oninput: () => this.show(Number(this.slider.value)),
    });
    this.count = h("span", { class: "count" });
    this.what = h("p", { class: "what-now", role: "status" });
    this.stack = h("ol", { class: "stack" });
    this.thunks = h("tbody");
    this.element = h("div", { class: "player", tabindex: "0", "aria-label": "Steps: arrow keys go forward and back", onkeydown: (event) => this.key(event) },
      h("div", { class: "controls" },
        button("first", "First step", () => this.show(0)), button("back", "Back", () => this.show(this.at - 1)),
        button("right", "Forward", () => this.show(this.at + 1)), button("last", "Last step", () => this.show(data.steps.length - 1)),
        this.slider, this.count),
      this.what,
      h("div", { class: "columns" },
        h("section", {}, h("h3", {}, "Under evaluation, innermost first"), this.stack),
        h("section", {}, h("h3", {}, "Thunks"),
          h("table", { class: "thunks" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "name"), h("th", { scope: "col" }, "value"))), this.thunks))),
      h("p", { class: "aside" }, "result: ", h("code", {}, data.result), data.leftOut ? ` (${data.leftOut} steps left out)` : ""));
    this.show(0);
  }

  key(event) {
    if (event.target.tagName === "INPUT") return;
    const go = { ArrowRight: this.at + 1, ArrowLeft: this.at - 1, Home: 0, End: this.data.steps.length - 1 }[event.key];
    if (go === undefined) return;
    event.preventDefault();
    this.show(go);
  }

  show(at) {
    const { steps } = this.data;
    this.at = Math.min(Math.max(at, 0), steps.length - 1);
    const step = steps[this.at];
    this.slider.value = String(this.at);
    this.count.textContent = `${this.at + 1} of ${steps.length}`;
    this.what.replaceChildren(h("code", { class: "name" }, step.name), ` ${WORDS[step.kind]} `,
      step.value && h("code", { class: "value" }, step.value), step.by && step.kind !== "value" ? h("span", { class: "by" }, ` asked by ${step.by}`) : "");
    const { stack, thunks } = this.stateAt(this.at);
    this.stack.replaceChildren(...stack.reverse().map((one) => h("li", {}, h("code", {}, one.name))));
    if (!stack.length) this.stack.replaceChildren(h("li", { class: "faint" }, "nothing"));
    this.thunks.replaceChildren(...thunks.map(([one, shown, kind]) =>
      h("tr", { class: one === step ? "now" : null }, h("td", {}, h("code", {}, one.name)), h("td", { class: kind }, shown))));
    this.app.highlight(step.at);
  }

  /** What is under evaluation, and which thunks have values, after a step. */
  stateAt(at) {
    const stack = [], thunks = new Map();
    for (const step of this.data.steps.slice(0, at + 1)) {
      const key = `${step.at.file}:${step.at.start}:${step.name}`;
      if (step.kind === "create") thunks.set(key, [step, "not evaluated", "faint"]);
      if (step.kind === "force") stack.push(step), thunks.set(key, [step, "under evaluation", "warn"]);
      if (step.kind === "value") stack.pop(), thunks.set(key, [step, step.value, "value"]);
      if (step.kind === "error") stack.pop(), thunks.set(key, [step, "failed", "bad"]);
    }
    return { stack, thunks: [...thunks.values()] };
  }
}
