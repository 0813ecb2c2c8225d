// The course: a list, and a lesson as one page: read, predict, write, see why.

import { trouble, waiting } from "./answers.js";
import { h, icon, prose, rich } from "./dom.js";
import * as progress from "./progress.js";

const EXERCISE = "exercise.nix";

export class Lessons {
  constructor(app, parent) {
    this.app = app;
    this.parent = parent;
    this.course = null;
    this.lesson = null;
    this.checked = null;
  }

  get state() {
    return this.lesson?.number ?? 0;
  }

  async show() {
    if (this.lesson) return;
    await this.list();
  }

  async ask(name, question, channel = name) {
    const answer = await this.app.ask(name, question, { channel });
    return answer.superseded ? null : answer;
  }

  async list() {
    this.lesson = null;
    this.app.remember();
    if (!this.course) {
      this.parent.replaceChildren(waiting("Opening the course …"));
      const answer = await this.ask("lessons", {});
      if (!answer) return;
      if (!answer.data) return this.parent.replaceChildren(trouble(answer, this.app));
      this.course = answer.data;
    }
    const { title, welcome, lessons } = this.course;
    const done = lessons.filter((one) => progress.of(one.slug).done).length;
    this.parent.replaceChildren(h("div", { class: "lesson" },
      h("h2", {}, title), h("p", {}, rich(welcome)),
      h("p", { class: "aside" }, `${done} of ${lessons.length} lessons done.`),
      h("progress", { max: String(lessons.length), value: String(done), "aria-label": "Lessons done" }),
      h("ol", { class: "course" }, lessons.map((one) => h("li", {},
        h("button", { type: "button", dataset: { lesson: String(one.number) }, onclick: () => this.open(one.number) },
          h("span", { class: "number" }, progress.of(one.slug).done ? icon("check") : String(one.number)),
          h("span", {}, rich(one.title)),
          progress.of(one.slug).done && h("span", { class: "sr" }, "done")))))));
  }

  async open(number, text) {
    this.parent.replaceChildren(waiting("Opening the lesson …"));
    const answer = await this.ask("lesson", { number });
    if (!answer) return;
    if (!answer.data) return this.parent.replaceChildren(trouble(answer, this.app));
    this.lesson = answer.data;
    this.checked = null;
    const known = progress.of(this.lesson.slug);
    const exercise = text ?? known.text ?? this.lesson.exercise;
    this.app.work({ [EXERCISE]: exercise, ...this.lesson.files }, EXERCISE);
    this.draw();
    this.parent.scrollTop = 0;
    this.parent.querySelector("h2")?.focus();
  }

  draw() {
    const { lesson } = this;
    const known = progress.of(lesson.slug);
    const answered = Object.keys(known.predictions).length;
    const shown = Math.min(answered, lesson.questions.length - 1);
    this.result = h("div", { class: "result", "aria-live": "polite" });
    this.parent.replaceChildren(h("div", { class: "lesson" },
      h("nav", { class: "crumbs", "aria-label": "Lessons" },
        h("button", { type: "button", class: "link", onclick: () => this.list() }, "All lessons"),
        h("span", {}, `Lesson ${lesson.number}`)),
      h("h2", { tabindex: "-1" }, rich(lesson.title)), prose(lesson.text),
      lesson.questions.slice(0, shown + 1).map((question, at) => this.question(question, at, known.predictions[at])),
      answered >= lesson.questions.length && this.task(known),
    ));
    if (this.checked) this.showResult(this.checked);
  }

  question(question, at, answer) {
    const send = async (said) => {
      const found = await this.ask("lesson-predict", { number: this.lesson.number, which: at, said });
      if (!found?.data) return;
      const { right, is, says, why } = found.data;
      const known = progress.of(this.lesson.slug);
      progress.save(this.lesson.slug, { predictions: { ...known.predictions, [at]: { said, right, is, says, why } } });
      this.draw();
      this.parent.querySelectorAll(".question")[at]?.querySelector(".told")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
      if (at + 1 >= this.lesson.questions.length) this.check();
      else this.parent.querySelectorAll(".question")[at + 1]?.querySelector("input, button")?.focus({ preventScroll: true });
    };
    return h("section", { class: "card question", dataset: { question: String(at + 1) } },
      h("p", { class: "label" }, `Predict ${at + 1} of ${this.lesson.questions.length}`),
      h("p", {}, rich(question.ask)), h("pre", { class: "code", tabindex: "0" }, question.show),
      answer ? this.told(answer) : this.guess(question, send));
  }

  guess(question, send) {
    if (question.choices.length) {
      return h("div", { class: "choices", role: "group", "aria-label": "What do you expect?" },
        question.choices.map((text) => h("button", { type: "button", onclick: () => send(text) }, rich(text))));
    }
    const field = h("input", {
      type: "text", "aria-label": "What is its value?", placeholder: "its value, as Nix writes it, or: error",
      spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    });
    return h("form", { class: "guess", onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) send(field.value); } },
      field, h("button", { type: "submit", class: "primary" }, "Predict"),
      h("button", { type: "button", onclick: () => send("") }, "No idea"));
  }

  told(answer) {
    return h("div", { class: `told ${answer.right ? "good" : answer.said ? "bad" : "quiet"}` },
      answer.said && h("p", {}, h("strong", {}, answer.right ? "You said, rightly: " : "You said: "), h("code", {}, answer.said)),
      !answer.right && h("p", {}, "It is: ", h("code", {}, answer.is)),
      answer.says && h("p", {}, rich(answer.says)),
      !answer.said && h("p", { class: "aside" }, "You made no guess. Try one next time: a wrong one teaches more than none."),
      h("p", {}, rich(answer.why)));
  }

  task(known) {
    const hints = h("div", { class: "hints" });
    const ask = async () => {
      const which = Math.min(progress.of(this.lesson.slug).hints + 1, this.lesson.hints);
      progress.save(this.lesson.slug, { hints: which });
      await this.showHints(hints, which);
    };
    if (known.hints) this.showHints(hints, known.hints);
    return h("section", { class: "card task" },
      h("p", { class: "label" }, "Your turn"), prose(this.lesson.task),
      h("p", { class: "aside" }, "It is open in the editor as ", h("code", {}, EXERCISE), ", and is checked while you type."),
      this.result,
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "primary", onclick: () => this.check() }, "Check"),
        h("button", { type: "button", onclick: ask }, "Hint"),
        h("button", { type: "button", onclick: () => this.reset() }, "Begin anew")),
      hints,
      known.done && h("div", { class: "after" },
        h("button", { type: "button", onclick: () => this.why() }, "What really happens"),
        h("button", { type: "button", class: "primary", onclick: () => this.next() }, "Next lesson")),
      (this.explained = h("div", { class: "explained", "aria-live": "polite" })));
  }

  async showHints(parent, count) {
    const cards = [];
    for (let which = 1; which <= count; which += 1) {
      const answer = await this.ask("lesson-hint", { number: this.lesson.number, which }, `hint ${which}`);
      if (!answer?.data) return;
      cards.push(h("div", { class: "hint-card" }, h("p", { class: "label" }, `Hint ${which}`), prose(answer.data.text),
        answer.data.code && h("pre", { class: "code", tabindex: "0" }, answer.data.code)));
    }
    parent.replaceChildren(...cards);
  }

  /** The exercise was edited. */
  changed(text) {
    if (!this.lesson) return;
    progress.save(this.lesson.slug, { text });
    if (Object.keys(progress.of(this.lesson.slug).predictions).length < this.lesson.questions.length) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), 500);
  }

  async check() {
    const lesson = this.lesson;
    const answer = await this.ask("lesson-check", { number: lesson.number, text: this.app.files[EXERCISE] ?? "" });
    if (!answer || this.lesson !== lesson) return;
    this.checked = answer;
    const was = progress.of(lesson.slug).done;
    if (answer.data?.done && !was) {
      progress.save(lesson.slug, { done: true });
      this.draw();
    } else this.showResult(answer);
  }

  showResult(answer) {
    const { data } = answer;
    if (!data) return this.result.replaceChildren(trouble(answer, this.app));
    const untouched = data.by === "untouched";
    const rows = data.rows.map((row) => h("li", { class: row.holds ? "good" : "bad" },
      icon(row.holds ? "check" : "close"), h("span", { class: "sr" }, row.holds ? "holds: " : "does not hold: "), h("span", {}, row.name),
      !row.holds && !untouched && h("dl", {}, h("dt", {}, "expected"), h("dd", {}, row.expected), h("dt", {}, "got"), h("dd", {}, row.got))));
    const says = untouched ? "The exercise is as it was given. Write in the editor: it is checked while you type." : data.says;
    this.result.replaceChildren(...[
      data.done ? h("p", { class: "says good" }, "All of it holds.") : says && h("p", { class: "says" }, rich(says)),
      !data.rows.length && h("p", { class: "bad" }, "This cannot be read as Nix:"),
      rows.length > 0 && h("ul", { class: "rows" }, rows),
      data.broken && !data.by.startsWith("wrong") && !untouched && h("pre", { class: "code", tabindex: "0" }, data.broken),
      data.cause && h("div", {}, h("p", {}, "The cause, as ", h("code", {}, "why"), " finds it:"), h("pre", { class: "code", tabindex: "0" }, data.cause)),
    ].filter(Boolean));
  }

  async why() {
    this.explained.replaceChildren(waiting("Evaluating …"));
    const answer = await this.ask("lesson-why", { number: this.lesson.number });
    if (answer) this.explained.replaceChildren(...(answer.data ? prose(answer.data.text) : [trouble(answer, this.app)]));
  }

  next() {
    const numbers = this.course?.lessons.map((one) => one.number) ?? [];
    const next = numbers[numbers.indexOf(this.lesson.number) + 1] ?? (numbers.length ? 0 : this.lesson.number + 1);
    return next ? this.open(next) : this.list();
  }

  reset() {
    progress.save(this.lesson.slug, { text: this.lesson.exercise, hints: 0 });
    this.app.work({ [EXERCISE]: this.lesson.exercise, ...this.lesson.files }, EXERCISE);
    this.draw();
    this.check();
  }
}
