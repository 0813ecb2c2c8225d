// What is around editor and panes: the bar, tabs, the line of problems, the splitter, the two views of a phone.

import { PANES } from "./app.js";
import { h, icon, rich } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { encode } from "./share.js";
import { Tabs } from "./tabs.js";

const $ = (id) => document.getElementById(id);
const NAME = /^(?:[\w+-][\w.+-]*\/)*[\w+-][\w.+-]*$/;
const LEFT = "nixlite-width";

export class Chrome {
  constructor(app) {
    this.app = app;
    this.tabs = new Tabs($("tabs"), (pane) => app.show(pane));
    this.files = new Tabs($("files"), (file) => (file === app.foreign ? null : app.openFile(file)));
    this.views = ["code", "panes"];
    this.bar();
    this.splitter();
    this.client();
    $("view-code").onclick = () => this.view("code");
    $("view-panes").onclick = () => this.view("panes");
    document.querySelector(".views").addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const to = document.body.dataset.view === "panes" ? "code" : "panes";
      this.view(to);
      $(`view-${to}`).focus();
    });
    this.view("code");
    this.drawTabs();
  }

  // -- the bar

  bar() {
    const { app } = this;
    const select = $("examples");
    select.append(h("option", { value: "" }, "Examples …"), ...EXAMPLES.map((one, at) => h("option", { value: String(at) }, one.name)));
    select.onchange = () => {
      const example = EXAMPLES[Number(select.value)];
      if (select.value !== "" && example) app.restore(example).then(() => this.view("code"));
      select.value = "";
    };
    $("run").prepend(icon("play"));
    $("run").onclick = () => (app.client.current ? app.client.stop() : app.run());
    $("share").prepend(icon("share"));
    $("share").onclick = () => this.share();
    $("theme").append(icon(document.documentElement.dataset.theme === "dark" ? "sun" : "moon"));
    $("theme").onclick = () => this.theme();
    $("add").append(icon("plus"));
    $("add").onclick = () => this.add();
    if ("embed" in document.documentElement.dataset) this.embed();
  }

  /** Another document shows the page: small, with a link to the whole. */
  embed() {
    const link = $("open");
    link.hidden = false;
    link.prepend(icon("out"));
    const set = async () => (link.href = `${location.pathname}#${await encode(this.app.state)}`);
    link.addEventListener("pointerenter", set);
    link.addEventListener("focus", set);
    link.href = location.pathname + location.hash;
  }

  async share() {
    const { app } = this;
    const address = `${location.origin}${location.pathname}#${await encode(app.state)}`;
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address);
      this.toast("The link is copied. It holds all files, the pane and what is selected.");
    } catch {
      this.toast("The link is in the address line: it holds all files, the pane and what is selected.");
    }
  }

  theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme === "dark";
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("nixlite-theme", root.dataset.theme);
    } catch {
      // it lasts as long as the page
    }
    $("theme").replaceChildren(icon(dark ? "moon" : "sun"));
  }

  // -- what goes on

  client() {
    const { client } = this.app;
    const words = { loading: "loading Python …", ready: "ready", busy: "evaluating …", idle: "" };
    const draw = ({ state, ms, reason, name }) => {
      const quick = name === "hover" || name === "complete" || name === "check";
      clearTimeout(this.late);
      const set = () => {
        document.body.dataset.state = state;
        const busy = state === "busy";
        $("run").classList.toggle("running", busy);
        $("run").title = busy ? "Stop (Escape)" : "Evaluate (Ctrl+Enter)";
        $("run").replaceChildren(icon(busy ? "stop" : "play"), h("span", {}, busy ? "Stop" : "Run"));
        if (state === "failed") {
          $("status").textContent = "nixlite could not be loaded";
          $("status").title = reason;
        } else if (state !== "idle") $("status").textContent = words[state];
        else {
          if (!quick) this.took = `${ms} ms`;
          $("status").textContent = this.took ?? "";
        }
      };
      if (state === "busy") this.late = setTimeout(set, quick ? 600 : 120);
      else if (state !== "idle" || !client.waiting.length) set();
    };
    client.addEventListener("state", ({ detail }) => draw(detail));
    draw({ state: client.state });
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && client.current && !event.defaultPrevented) client.stop();
    });
  }

  settled(pane) {
    document.body.dataset.settled = pane;
  }

  toast(text) {
    $("toast").textContent = text;
    $("toast").classList.add("shown");
    clearTimeout(this.gone);
    this.gone = setTimeout(() => $("toast").classList.remove("shown"), 4000);
  }

  // -- tabs

  drawTabs() {
    this.tabs.show(PANES.map(([id, label]) => ({ id, label })), this.app.pane, { controls: "pane-" });
  }

  drawFiles() {
    const { app } = this;
    const names = Object.keys(app.files);
    const extra = (name) => [
      name !== app.main && h("button", {
        type: "button", class: "tiny", tabindex: "-1", title: "Evaluate this file", "aria-label": `Evaluate ${name}`, onclick: () => { app.setMain(name); this.drawFiles(); },
      }, icon("play")),
      names.length > 1 && h("button", {
        type: "button", class: "tiny", tabindex: "-1", title: "Remove this file", "aria-label": `Remove ${name}`, onclick: () => app.removeFile(name),
      }, icon("close")),
    ];
    const items = names.map((name) => ({
      id: name, label: [name === app.main && names.length > 1 ? h("span", { class: "dot", title: "This one is evaluated" }) : null, name],
      extra: name === app.editor.file ? extra(name) : null,
    }));
    if (app.foreign) items.push({ id: app.foreign, label: h("span", { class: "foreign" }, app.foreign), title: "A file of the library, to be read" });
    this.files.show(items, app.foreign ?? app.editor.file);
  }

  add() {
    const names = this.app.files;
    let number = 1;
    while (`file${number}.nix` in names) number += 1;
    const name = prompt("Name of the file", "lib.nix" in names ? `file${number}.nix` : "lib.nix");
    if (name === null) return;
    if (!NAME.test(name) || name.includes("..")) return this.toast(`“${name}” is no name for a file.`);
    if (name in names) return this.app.openFile(name);
    this.app.addFile(name);
  }

  drawProblems(problems) {
    $("problems").replaceChildren(...problems.slice(0, 3).map((one) =>
      h("button", { type: "button", class: `problem ${one.severity}`, onclick: () => this.app.go(one.at) },
        icon(one.severity === "error" ? "close" : "warn"),
        h("span", { class: "line-number" }, `${one.at.line}:${one.at.column + 1}`),
        h("span", {}, rich(one.message.split("\n")[0]), one.hint && h("span", { class: "hint" }, rich(one.hint.split("\n")[0]))))));
  }

  // -- layout

  view(which) {
    document.body.dataset.view = which;
    for (const id of this.views) {
      $(`view-${id}`).setAttribute("aria-selected", String(id === which));
      $(`view-${id}`).tabIndex = id === which ? 0 : -1;
    }
  }

  showCode() {
    this.view("code");
  }

  showAnswer() {
    this.view("panes");
  }

  splitter() {
    const bar = $("splitter");
    const set = (percent) => {
      const width = Math.min(Math.max(Math.round(percent), 20), 80);
      document.documentElement.style.setProperty("--left", `${width}%`);
      bar.setAttribute("aria-valuenow", String(width));
      this.width = width;
      try {
        localStorage.setItem(LEFT, String(width));
      } catch {
        // it lasts as long as the page
      }
    };
    this.width = 50;
    try {
      if (localStorage.getItem(LEFT)) set(Number(localStorage.getItem(LEFT)));
    } catch {
      // as it is
    }
    bar.onpointerdown = (event) => {
      bar.setPointerCapture(event.pointerId);
      bar.onpointermove = (move) => set((move.clientX / innerWidth) * 100);
      bar.onpointerup = () => (bar.onpointermove = null);
    };
    bar.onkeydown = (event) => {
      const by = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
      if (by) set(this.width + by);
    };
  }
}
