// Why is it so: verdict and advice, then the provenance as a graph whose nodes jump to the source.

import { fixCard } from "../answers.js";
import { h, placeButton, told } from "../dom.js";

export const question = (app) => ["why", { main: app.main, path: app.path }];
export const label = "Why is";
export const wait = "Recording an evaluation …";

export function render(data, app) {
  const name = data.path.join(".") || "the value";
  return [
    data.verdict.length > 0 && h("div", { class: `card verdict ${data.error ? "bad" : "warn"}` },
      data.verdict.map((line) => h("p", {}, told(line, app.jump)))),
    data.advice.map((advice, number) => fixCard(advice, app, {
      title: sentence(advice.say), proved: advice.proved ? [`evaluated: ${advice.proved}`] : [], number,
    })),
    h("div", { class: "answer" },
      h("code", { class: "asked" }, name), " ",
      data.error
        ? h("span", { class: "is bad" }, "is an error: ", h("code", {}, data.error))
        : h("span", { class: "is" }, "is ", h("code", { class: "value" }, data.value))),
    data.definitions ? definitions(data, app) : provenance(data, app),
    data.names?.length > 0 && section("Ask about what is in it",
      h("div", { class: "asks" }, data.names.map((one) =>
        h("button", { type: "button", onclick: () => app.about([one], "why") }, one)))),
  ];
}

const sentence = (text) => {
  const bare = text.replace(/^(or|and) /, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
};

/** The layers that the value passed, newest at the end, and what it reads. */
function provenance(data, app) {
  const steps = data.steps.map((step, at) =>
    h("li", { class: "node step" },
      h("div", { class: "node-head" },
        h("span", { class: "what" }, step.what ? ["by ", h("code", {}, step.what)] : at ? "defined again" : "defined"),
        placeButton(step.at, app.jump),
        h("code", { class: "value" }, step.changes || step.value)),
      step.written.length > 0 && h("ul", { class: "sources" }, step.written.map((one) => source(one, app)))));
  return [
    data.circle.length > 0 && section("It needs itself",
      h("ol", { class: "graph circle" }, data.circle.map((one) => h("li", { class: "node" }, source(one, app))))),
    steps.length > 0 && section("How it came to be", h("ol", { class: "graph" }, steps)),
    data.parts.length > 0 && section("Its items", h("ol", { class: "graph" }, data.parts.map((one) =>
      h("li", { class: "node" }, h("div", { class: "node-head" }, h("code", { class: "value" }, one.value)),
        h("ul", { class: "sources" }, one.written.map((each) => source(each, app))))))),
    (data.reads.length > 0 || data.hidden > 0) && section("It reads", reads(data.reads, data.hidden, app)),
  ];
}

function reads(rows, hidden, app) {
  return h("ul", { class: "graph reads" },
    rows.map((row) => h("li", { class: "node" },
      h("button", { type: "button", class: "node-jump", disabled: !row.at, onclick: () => app.jump(row.at) },
        h("code", { class: "name" }, row.name), h("code", { class: "value" }, row.value),
        row.at && h("span", { class: "where" }, `${row.at.file}:${row.at.line}`)),
      (row.reads.length > 0 || row.hidden > 0) && reads(row.reads, row.hidden, app))),
    hidden > 0 && h("li", { class: "node faint" }, `and ${hidden} more inside of what is called`));
}

function source(one, app) {
  return h("li", {},
    h("button", { type: "button", class: "node-jump", disabled: !one.at, onclick: () => app.jump(one.at) },
      h("code", {}, one.text), one.at && h("span", { class: "where" }, `${one.at.file}:${one.at.line}`)),
    one.given && h("span", { class: "given" }, one.given));
}

/** An option of a module system: every definition, and what became of it. */
function definitions(data, app) {
  return section(data.kind ? ["Its definitions; type: ", data.kind] : "Its definitions",
    h("ol", { class: "graph" }, data.definitions.map((one) =>
      h("li", { class: `node state-${one.state.replace(" ", "-")}` },
        h("div", { class: "node-head" },
          h("span", { class: "chip" }, one.state), h("code", { class: "value" }, one.value),
          placeButton(one.at, app.jump)),
        h("p", { class: "aside" }, [one.weight, ...one.conditions].filter(Boolean).join(", "))))));
}

function section(title, ...content) {
  return h("section", {}, h("h3", {}, title), content);
}
