// What every pane shows alike: that something is going on, that it failed, that it was stopped.

import { h, icon, placeButton, rich } from "./dom.js";

/** The elements for an answer that is no data; null for one that is. */
export function trouble(answer, app) {
  if (answer.problem) return problemCard(answer.problem, app);
  if ("stopped" in answer) {
    const reason = answer.stopped === "stopped" || !answer.stopped ? "Stopped." : `Stopped: ${answer.stopped}.`;
    return note("stop", reason, "Change something, or press Run, to evaluate again.");
  }
  if (answer.failed) {
    return note("warn", "nixlite could not be loaded.", `Load the page again; what was missing: ${answer.failed}`);
  }
  if (answer.dead) {
    return note("warn", "That was too much for the browser's stack, and the interpreter ended.",
      "A fresh one is running: change the program, and go on.");
  }
  if (answer.bug) {
    return h("div", { class: "card bad", role: "alert" },
      h("h3", {}, "This is a bug in nixlite"), h("pre", { class: "code", tabindex: "0" }, answer.bug));
  }
  return null;
}

export function note(picture, title, text) {
  return h("div", { class: "card quiet" }, h("h3", {}, icon(picture), title), text && h("p", {}, rich(text)));
}

/** An error of the user's program. */
export function problemCard(problem, app) {
  const frames = problem.trace.filter((frame) => frame.text);
  return h("div", { class: "card bad", role: "alert" },
    h("h3", {}, "error"),
    h("p", { class: "message" }, problem.message),
    problem.hint && h("p", { class: "hint" }, problem.hint),
    problem.at && h("p", {}, placeButton(problem.at, app.jump)),
    frames.length > 0 && h("details", {},
      h("summary", {}, `How it came to that (${frames.length})`),
      h("ol", { class: "trace" }, frames.map((frame) =>
        h("li", {}, h("span", {}, `… ${frame.text}`), " ", placeButton(frame.at, app.jump))))));
}

/** A proposal with its code and a button that writes it. */
export function fixCard(fix, app, { title, proved, notes = [], number = 0 }) {
  const own = fix.changes.length > 0 && fix.changes.every((change) => change.file in app.files);
  return h("div", { class: "card fix" },
    h("h3", {}, icon("wand"), rich(title), " ", placeButton(fix.at, app.jump)),
    fix.code && h("pre", { class: "code", tabindex: "0", "aria-label": "The code" }, fix.code),
    notes.filter(Boolean).map((text) => h("p", { class: "aside" }, rich(text))),
    proved.map((text) => h("p", { class: "proved" }, icon("check"), rich(text))),
    own && h("button", {
      type: "button", class: "primary", dataset: { fix: String(number) }, onclick: () => app.apply(fix.changes),
    }, "Apply this fix"));
}

/** The attribute that a pane is about, as a field. */
export function pathField(app, label, again) {
  const field = h("input", {
    type: "text", class: "path", value: app.pathText, placeholder: "the whole value", "aria-label": label,
    spellcheck: "false", autocapitalize: "off", autocomplete: "off",
  });
  const form = h("form", {
    class: "about", onsubmit: (event) => {
      event.preventDefault();
      app.setPath(field.value);
      again();
    },
  }, h("span", { class: "about-label", "aria-hidden": "true" }, label), field, h("button", { type: "submit" }, "Ask"));
  return form;
}

export const waiting = (text) => h("p", { class: "waiting", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), text);
