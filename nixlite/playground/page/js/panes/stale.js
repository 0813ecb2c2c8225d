// What became of an override: the verdict first, how far each value got, and fixes that can be applied.

import { fixCard } from "../answers.js";
import { h, placeButton, rich, told } from "../dom.js";

export const question = (app) => ["stale", { main: app.main, path: app.path }];
export const label = "What became of the override of";
export const wait = "Evaluating with and without the override …";

const VERDICTS = { 0: ["good", "All of it got through"], 1: ["bad", "Something did not get through"], 2: ["warn", "That cannot be told"] };
const GOOD = new Set(["built in", "inside a wrapper"]);

export function render(data, app) {
  const [kind, title] = VERDICTS[data.code] ?? VERDICTS[2];
  return data.members.map((member) => [
    h("div", { class: `card verdict ${kind}` },
      h("p", { class: "label" }, member.name ? `${member.name}: ${title}` : title),
      h("p", { class: "headline" }, rich(member.headline)),
      member.problems.map((text) => h("p", {}, told(text, app.jump))),
      member.notes.map((text) => h("p", { class: "aside" }, told(text, app.jump)))),
    member.fixes.map((fix, number) => fixCard(fix, app, {
      title: fixTitle(fix), number,
      notes: [fix.why, fix.placeholder_hash && "The hash is a placeholder: building once tells the right one."],
      proved: [
        fix.drvPath && !fix.equal && "evaluated: another derivation than now",
        fix.equal && "evaluated: as if it had been written in the package",
        ...(fix.moved ?? []).filter((row) => row.ok).map((row) => `${row.path.join(".")}: ${row.before} → ${row.after}`),
      ].filter(Boolean),
    })),
    member.given.length > 0 && given(member.given, app),
  ]);
}

function fixTitle(fix) {
  if (fix.instead) return `Write this for \`${short(fix.instead)}\``;
  return fix.whole ? "Write this instead" : "Give this instead";
}

const short = (text) => {
  const line = text.split(/\s+/).join(" ");
  return line.length > 44 ? `${line.slice(0, 43)}…` : line;
};

function given(rows, app) {
  return h("table", { class: "given" },
    h("caption", { class: "sr" }, "Every value that was given, and how far it got"),
    h("thead", {}, h("tr", {}, ["given", "before → after", "how far it got"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows.map((row) => h("tr", {},
      h("th", { scope: "row" }, h("code", {}, row.name), h("div", {}, placeButton(row.at, app.jump))),
      h("td", {}, row.old === row.new ? h("code", {}, row.change)
        : [row.old !== null && [h("code", { class: "old" }, row.old), h("br"), "→ "], h("code", {}, row.new)]),
      h("td", {}, h("span", { class: `chip ${GOOD.has(row.reach) && !row.behind.length ? "good" : "bad"}` }, row.reach),
        row.behind.map((one) => h("p", { class: "aside" },
          h("code", {}, one.path.join(".")), " stayed ", h("code", {}, one.value), one.expected ? [", would be ", h("code", {}, one.expected)] : null)))))));
}
