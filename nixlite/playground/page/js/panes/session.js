// The session: nixlite's REPL, over the files of the page.

import { h } from "../dom.js";

/** The pane. `inputs` are those that were sent, to be shared and found again with the arrow keys. */
export class Session {
  constructor(app, parent) {
    this.app = app;
    this.inputs = [];
    this.at = 0;
    this.log = h("div", { class: "log", role: "log", "aria-label": "Session", tabindex: "0" });
    this.field = h("textarea", {
      rows: "1", class: "prompt-field", "aria-label": "Input of the session", placeholder: ":l lib.nix",
      spellcheck: "false", autocapitalize: "off", autocomplete: "off", onkeydown: (event) => this.key(event), oninput: () => this.fit(),
    });
    this.options = h("div", { class: "options", role: "status" });
    parent.append(
      h("div", { class: "console" }, this.log, this.options,
        h("div", { class: "prompt" }, h("span", { "aria-hidden": "true" }, "nix-repl>"), this.field,
          h("button", { type: "button", class: "primary", onclick: () => this.send() }, "Send"))),
      h("p", { class: "aside" }, h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Shift+Enter"), " begins a line, ",
        h("kbd", {}, "↑"), " is what was sent before, ", h("kbd", {}, "Ctrl+Space"), " completes. ",
        h("button", { type: "button", class: "link", onclick: () => this.anew() }, "Begin anew")));
  }

  async show() {
    this.field.focus({ preventScroll: true });
  }

  get state() {
    return this.inputs;
  }

  /** Do again what was sent, in a session of its own. */
  async replay(inputs) {
    await this.anew();
    for (const input of inputs) await this.send(input);
  }

  async anew() {
    this.inputs = [];
    this.at = 0;
    this.log.replaceChildren();
    await this.app.ask("say-anew", {}, { channel: "say-anew" });
  }

  fit() {
    this.field.rows = Math.min(8, this.field.value.split("\n").length);
    this.options.replaceChildren();
  }

  write(kind, text) {
    this.log.append(h("pre", { class: kind }, text.replace(/\n$/, "")));
    this.log.scrollTop = this.log.scrollHeight;
  }

  async send(text = this.field.value) {
    if (!text.trim()) return;
    const typed = text === this.field.value;
    if (typed) this.field.value = "";
    this.fit();
    const entry = h("pre", { class: "in" }, text);
    this.log.append(entry);
    const answer = await this.app.ask("say", { text, files: this.app.files }, { channel: `say ${Math.random()}` });
    if (answer.data?.incomplete) {
      entry.remove();
      this.field.value = `${text}\n`;
      this.fit();
      return;
    }
    this.inputs.push(text);
    this.at = this.inputs.length;
    if (answer.data) for (const [stream, piece] of answer.data.pieces) this.write(stream, piece);
    else if ("stopped" in answer) this.write("err", "stopped");
    else if (answer.dead) this.write("err", "That was too much for the browser's stack: the interpreter ended, and the session begins anew.");
    else this.write("err", answer.problem?.report ?? answer.bug ?? "");
    this.log.scrollTop = this.log.scrollHeight;
  }

  key(event) {
    const { value, selectionStart } = this.field;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n")) {
      this.recall(event, -1);
    } else if (event.key === "ArrowDown" && !value.slice(selectionStart).includes("\n")) {
      this.recall(event, 1);
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.complete();
    }
  }

  recall(event, by) {
    const to = this.at + by;
    if (to < 0 || to > this.inputs.length) return;
    event.preventDefault();
    this.at = to;
    this.field.value = this.inputs[to] ?? "";
    this.fit();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  async complete() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const answer = await this.app.ask("say-complete", { text: before });
    const options = answer.data?.options ?? [];
    if (!options.length) return this.options.replaceChildren(answer.data?.problem || "nothing fits");
    const put = ({ text, length }) => {
      this.field.setRangeText(text, before.length - length, before.length, "end");
      this.fit();
      this.field.focus();
    };
    if (options.length === 1) return put(options[0]);
    this.options.replaceChildren(...options.slice(0, 24).map((option) =>
      h("button", { type: "button", title: option.note, onclick: () => put(option) }, option.text)));
  }
}
