// The state of the page, and what its parts ask of each other: files, the pane, the attribute that is asked about.

import { pathField, note, trouble, waiting } from "./answers.js";
import { Client } from "./client.js";
import { h } from "./dom.js";
import { Editor } from "./editor.js";
import { Lessons } from "./lessons.js";
import { Difference } from "./panes/difference.js";
import * as layers from "./panes/layers.js";
import { Session } from "./panes/session.js";
import * as stale from "./panes/stale.js";
import * as steps from "./panes/steps.js";
import * as why from "./panes/why.js";
import { Tree } from "./tree.js";

const ASKING = { why, stale, steps, layers };
const KEPT = "nixlite-playground";
const DELAY = 350; // milliseconds after the last key

export const PANES = [
  ["value", "Value"], ["why", "Why"], ["stale", "Stale"], ["steps", "Steps"], ["layers", "Layers"],
  ["difference", "Diff"], ["session", "Session"], ["lessons", "Lessons"],
];

export class App {
  constructor(worker) {
    this.files = {};
    this.main = "main.nix";
    this.path = [];
    this.pane = "value";
    this.foreign = null; // a file of the library that is looked at
    this.fresh = new Set(); // panes whose answer is that of the present files
    this.client = new Client(worker);
    this.bodies = Object.fromEntries(PANES.map(([id, label]) => [id, h("div", {
      class: `pane pane-${id}`, id: `pane-${id}`, role: "tabpanel", "aria-labelledby": `tab-${id}`, "aria-label": label, hidden: true,
    })]));
    document.getElementById("bodies").append(...Object.values(this.bodies));
    this.jump = (at) => this.go(at);
    this.apply = (changes) => this.fix(changes);
    this.editor = new Editor(document.getElementById("editor"), {
      language: {
        complete: (file, text, offset) => this.ofFile("complete", file, text, offset),
        hover: (file, text, offset) => this.ofFile("hover", file, text, offset),
      },
      changed: (file, text) => this.edited(file, text),
      run: () => this.run(),
    });
    this.tree = new Tree(h("div", { class: "value" }), {
      open: (path, start) => this.openRow(path, start),
      why: (path) => this.about(path, "why"),
      jump: this.jump,
      select: (path) => (this.path = path),
    });
    this.difference = new Difference(this, this.bodies.difference);
    this.session = new Session(this, this.bodies.session);
    this.lessons = new Lessons(this, this.bodies.lessons);
  }

  // -- asking

  ask(name, question, options) {
    return this.client.ask(name, question, options);
  }

  async ofFile(name, file, text, offset) {
    if (!(file in this.files) || !this.client.ready) return null;
    const answer = await this.ask(name, { files: { ...this.files, [file]: text }, file, offset });
    return answer.data ?? null;
  }

  async openRow(path, start) {
    const answer = await this.ask("open", { path, start }, { channel: `open ${path} ${start}` });
    return answer.data ?? null;
  }

  // -- what is there

  /** Have these files, and show one. */
  work(files, main, { keepPath = false } = {}) {
    this.files = { ...files };
    this.main = main in files ? main : Object.keys(files)[0];
    if (!keepPath) this.path = [];
    this.editor.clear();
    this.openFile(this.main);
    this.stale();
    this.run();
  }

  openFile(name) {
    this.foreign = null;
    this.editor.open(name, this.files[name]);
    this.chrome?.drawFiles();
    if (this.client.ready) this.check();
  }

  addFile(name) {
    this.files[name] = "";
    this.openFile(name);
    this.editor.focus();
    this.stale();
    this.remember();
  }

  removeFile(name) {
    delete this.files[name];
    if (this.main === name) this.main = Object.keys(this.files)[0];
    this.openFile(this.main);
    this.stale();
    this.run();
  }

  setMain(name) {
    this.main = name;
    this.path = [];
    this.stale();
    this.run();
  }

  get pathText() {
    return this.path.map((step) => (/^[A-Za-z_][\w'-]*$|^\d+$/.test(step) ? step : JSON.stringify(step))).join(".");
  }

  setPath(text) {
    const steps = text.match(/"(?:[^"\\]|\\.)*"|[^.\s"]+/g) ?? [];
    this.path = steps.map((step) => (step.startsWith('"') ? JSON.parse(step) : step));
  }

  edited(file, text) {
    if (!(file in this.files)) return;
    this.files[file] = text;
    this.editor.mark(null);
    this.stale();
    if (file === "exercise.nix") this.lessons.changed(text);
    clearTimeout(this.timer);
    if (this.client.current?.name === "evaluate") this.client.interrupt();
    this.timer = setTimeout(() => this.run(), DELAY);
  }

  /** Every answer is that of other files now. */
  stale() {
    this.fresh.clear();
    for (const id of ["value", ...Object.keys(ASKING)]) this.bodies[id].classList.add("old");
  }

  // -- doing

  /** Evaluate, and answer what the pane in front asks. */
  async run() {
    clearTimeout(this.timer);
    this.remember();
    this.fresh.delete(this.pane);
    const answers = ["session", "lessons"].includes(this.pane) ? null : this.refresh();
    await Promise.all([answers, this.check()]);
  }

  async show(pane) {
    if (pane !== this.pane) this.editor.mark(null);
    this.pane = pane;
    this.chrome?.drawTabs();
    for (const [id, body] of Object.entries(this.bodies)) body.hidden = id !== pane;
    this.remember();
    if (pane === "session") return this.session.show();
    if (pane === "lessons") return this.lessons.show();
    if (!this.fresh.has(pane)) await this.refresh();
  }

  async about(path, pane) {
    this.path = path;
    this.fresh.delete(pane);
    await this.show(pane);
    this.chrome?.showAnswer();
  }

  async refresh() {
    const pane = this.pane;
    if (pane === "difference") return this.difference.show().then(() => this.settled(pane));
    if (pane === "value") return this.evaluate();
    const { question, render, label, wait } = ASKING[pane];
    const [name, asked] = question(this);
    const body = this.bodies[pane];
    const again = () => (this.fresh.delete(pane), this.refresh());
    const field = pathField(this, label, again);
    if (!body.firstChild) body.replaceChildren(field, waiting(wait));
    const late = setTimeout(() => body.replaceChildren(field, waiting(wait)), 250);
    const answer = await this.ask(name, { ...asked, files: this.files }, { channel: "answer" });
    clearTimeout(late);
    if (answer.superseded) return;
    const failed = trouble(answer, this);
    body.replaceChildren(field, ...[failed ?? render(answer.data, this)].flat(4).filter(Boolean));
    this.problem(answer.problem);
    this.settled(pane);
  }

  async evaluate() {
    const body = this.bodies.value;
    if (!body.firstChild) body.replaceChildren(waiting("Loading Python and nixlite …"));
    const answer = await this.ask("evaluate", { files: this.files, main: this.main }, { channel: "answer" });
    if (answer.superseded) return;
    const failed = trouble(answer, this);
    const said = answer.data?.said ?? answer.said;
    const notes = said && h("section", { class: "said" }, h("h3", {}, "Traced"), h("pre", { class: "code", tabindex: "0" }, said));
    if (failed) body.replaceChildren(...[failed, notes].filter(Boolean));
    else {
      this.tree.show(answer.data);
      body.replaceChildren(...[this.tree.parent, notes].filter(Boolean));
    }
    this.problem(answer.problem);
    this.settled("value");
  }

  settled(pane) {
    this.fresh.add(pane);
    this.bodies[pane].classList.remove("old");
    this.chrome?.settled(pane);
  }

  /** What is wrong with the file that is open, without evaluating it. */
  async check() {
    const file = this.editor.file;
    if (!(file in this.files)) return;
    const answer = await this.ask("check", { files: this.files, file });
    if (!answer.data || this.editor.file !== file) return;
    this.checked = answer.data;
    this.diagnose();
  }

  problem(problem) {
    this.failure = problem ?? null;
    this.diagnose();
  }

  diagnose() {
    const found = [...(this.checked ?? [])];
    const failure = this.failure;
    const known = found.some((one) => one.message === failure?.message);
    if (failure?.at && !known) found.push({ severity: "error", ...failure });
    const here = found.filter((one) => one.at?.file === this.editor.file);
    this.editor.diagnose(here);
    this.chrome?.drawProblems(here);
  }

  // -- places and changes

  /** Show a place; one in the library is opened beside the files, to be read. */
  async go(at) {
    if (!at) return;
    if (!(at.file in this.files)) {
      const answer = await this.ask("read", { file: at.file, files: this.files });
      if (!answer.data) return this.chrome.toast(`${at.file} cannot be shown.`);
      this.foreign = at.file;
      this.editor.open(at.file, answer.data.text, { locked: true });
      this.chrome.drawFiles();
    } else if (at.file !== this.editor.file) this.openFile(at.file);
    this.chrome.showCode();
    this.editor.jump(at);
    if (!matchMedia("(pointer: coarse)").matches) this.editor.focus(); // no keyboard jumps up on a phone
  }

  highlight(range) {
    if (!(range.file in this.files)) return;
    if (range.file !== this.editor.file) this.openFile(range.file);
    this.editor.mark(range);
  }

  fix(changes) {
    const file = changes[0].file;
    if (file !== this.editor.file) this.openFile(file);
    this.editor.apply(changes.filter((change) => change.file === file));
    for (const change of changes.filter((one) => one.file !== file)) {
      const text = this.files[change.file];
      this.files[change.file] = text.slice(0, change.start) + change.text + text.slice(change.end);
    }
    clearTimeout(this.timer);
    this.run();
    this.chrome.toast("Applied. Ctrl+Z in the editor takes it back.");
  }

  // -- remembering

  /** All that a link brings back. */
  get state() {
    const state = { files: this.files, main: this.main, pane: this.pane, path: this.path };
    if (this.pane === "session") state.session = this.session.state;
    if (this.pane === "difference") state.sides = this.difference.state;
    if (this.pane === "lessons") state.lesson = this.lessons.state;
    return state;
  }

  async restore(state) {
    this.files = { ...state.files };
    const names = Object.keys(this.files);
    this.main = names.includes(state.main) ? state.main : names[0];
    this.path = Array.isArray(state.path) ? state.path.map(String) : [];
    this.pane = PANES.some(([id]) => id === state.pane) ? state.pane : "value";
    this.difference.state = state.sides;
    this.editor.clear();
    this.openFile(this.main);
    this.stale();
    if (this.pane === "lessons" && state.lesson) {
      this.bodies.lessons.hidden = false;
      await this.lessons.open(state.lesson, this.files["exercise.nix"]);
    }
    await this.show(this.pane);
    this.check();
    if (this.pane === "session" && Array.isArray(state.session)) await this.session.replay(state.session.map(String));
  }

  remember() {
    if ("embed" in document.documentElement.dataset) return;
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.state));
    } catch {
      // no storage: the link still has it all
    }
  }

  remembered() {
    try {
      const state = JSON.parse(localStorage.getItem(KEPT) ?? "null");
      return state?.files && Object.keys(state.files).length ? state : null;
    } catch {
      return null;
    }
  }
}
