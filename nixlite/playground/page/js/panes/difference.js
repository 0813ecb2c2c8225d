// How two values differ, derivations down to their inputs.

import { trouble, waiting } from "../answers.js";
import { h } from "../dom.js";

/** The pane: two fields, and the report. */
export class Difference {
  constructor(app, parent) {
    this.app = app;
    this.sides = ["", ""];
    const field = (at, text, placeholder) => h("label", {}, h("span", {}, text),
      h("input", {
        type: "text", placeholder, spellcheck: "false", autocapitalize: "off", autocomplete: "off",
        oninput: (event) => (this.sides[at] = event.target.value),
      }));
    this.answer = h("div", { class: "report", "aria-live": "polite" });
    this.form = h("form", { class: "two", onsubmit: (event) => { event.preventDefault(); this.ask(); } },
      field(0, "A", "hello"), field(1, "B", 'value.hello.overrideAttrs { pname = "hallo"; }'),
      h("button", { type: "submit", class: "primary" }, "Compare"));
    parent.append(this.form,
      h("p", { class: "aside" }, "Attribute paths of the program, or expressions in which the program is ", h("code", {}, "value"), "."), this.answer);
  }

  /** What the fields hold, to be shared; and to be put back. */
  get state() {
    return this.sides;
  }

  set state(sides) {
    this.sides = [String(sides?.[0] ?? ""), String(sides?.[1] ?? "")];
    this.form.querySelectorAll("input").forEach((field, at) => (field.value = this.sides[at]));
    this.answer.replaceChildren();
  }

  async show() {
    if (this.sides.some(Boolean)) await this.ask();
  }

  async ask() {
    this.answer.replaceChildren(waiting("Comparing …"));
    const [first, second] = this.sides;
    const answer = await this.app.ask("difference", { files: this.app.files, main: this.app.main, first, second });
    if (answer.superseded) return;
    const failed = trouble(answer, this.app);
    this.answer.replaceChildren(failed ?? h("pre", { class: "code diff", tabindex: "0" }, lines(answer.data.text)));
  }
}

function lines(text) {
  return text.split("\n").map((line) => {
    const sign = line.trimStart()[0];
    const kind = { "+": "plus", "-": "minus", "~": "changed" }[sign];
    return h("span", { class: kind ?? null }, `${line}\n`);
  });
}
