// The editor: CodeMirror with a Nix mode, underlined errors, completion and hovering from nixlite.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  hoverTooltip, keymap, lineNumbers,
} from "@codemirror/view";
import { nix } from "@replit/codemirror-lang-nix";
import { colours } from "./highlighting.js";
import { h } from "./dom.js";

const setMark = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMark)) {
        marks = effect.value
          ? Decoration.set([Decoration.mark({ class: effect.value.class }).range(effect.value.from, effect.value.to)])
          : Decoration.none;
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const readOnly = new Compartment();
const TAB_HELP = "Nix source. Escape, then Tab, leaves the editor.";

/** The editor in `parent`. `language` answers `complete` and `hover`, `changed` is told of what is typed. */
export class Editor {
  constructor(parent, { language, changed, selected, run }) {
    this.language = language;
    this.changed = changed;
    this.states = new Map();
    this.file = "";
    this.quiet = false;
    this.extensions = [
      lineNumbers(), foldGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(),
      bracketMatching(), closeBrackets(), highlightActiveLine(), highlightActiveLineGutter(),
      highlightSelectionMatches(), syntaxHighlighting(colours), nix(), lintGutter(), marked,
      EditorState.tabSize.of(2), EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": TAB_HELP, autocapitalize: "off", autocorrect: "off", spellcheck: "false" }),
      readOnly.of(EditorState.readOnly.of(false)),
      autocompletion({ override: [(context) => this.complete(context)], icons: false }),
      hoverTooltip((view, at) => this.hover(at), { hoverTime: 350 }),
      keymap.of([
        { key: "Mod-Enter", run: () => (run(), true) },
        ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
        ...completionKeymap, ...lintKeymap, indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !this.quiet) changed(this.file, update.state.doc.toString());
        if (update.selectionSet || update.docChanged) selected?.(update.state.selection.main.head);
      }),
    ];
    this.view = new EditorView({ parent, state: EditorState.create({ extensions: this.extensions }) });
  }

  /** Show a file; its undo history and selection are its own. */
  open(file, text, { locked = false } = {}) {
    if (this.file) this.states.set(this.file, this.view.state);
    const known = this.states.get(file);
    this.quiet = true;
    if (known && known.doc.toString() === text) this.view.setState(known);
    else this.view.setState(EditorState.create({ doc: text, extensions: this.extensions }));
    this.view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(locked)) });
    this.quiet = false;
    this.file = file;
  }

  /** Forget all files: others come. */
  clear() {
    this.states.clear();
    this.file = "";
  }

  get text() {
    return this.view.state.doc.toString();
  }

  get cursor() {
    return this.view.state.selection.main.head;
  }

  focus() {
    this.view.focus();
  }

  /** Put the cursor at a place, and show it for a moment. */
  jump({ line, column, end }) {
    const row = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    const from = Math.min(row.from + column, row.to);
    const to = Math.min(row.from + Math.max(end, column), row.to);
    this.view.dispatch({
      selection: { anchor: from },
      effects: [setMark.of(to > from ? { from, to, class: "cm-jumped" } : null), EditorView.scrollIntoView(from, { y: "center" })],
    });
  }

  /** Highlight a range, or none. */
  mark(range) {
    const size = this.view.state.doc.length;
    const ok = range && range.start < range.end && range.end <= size;
    const effects = [setMark.of(ok ? { from: range.start, to: range.end, class: "cm-step" } : null)];
    if (ok) effects.push(EditorView.scrollIntoView(range.start, { y: "nearest", yMargin: 40 }));
    this.view.dispatch({ effects });
  }

  /** Apply changes to the file that is open, as one step that can be undone. */
  apply(changes) {
    const rows = changes.map(({ start, end, text }) => ({ from: start, to: end, insert: text }));
    this.view.dispatch({ changes: rows, scrollIntoView: true, userEvent: "input.fix" });
    const first = this.view.state.changes(rows);
    const last = changes.reduce((a, b) => (a.start > b.start ? a : b));
    const from = first.mapPos?.(last.start) ?? last.start;
    const to = Math.min(last.start + last.text.length, this.view.state.doc.length);
    if (to > from) this.view.dispatch({ effects: setMark.of({ from: last.start, to, class: "cm-applied" }) });
  }

  /** Underline problems: `{severity, message, hint, at}`. */
  diagnose(problems) {
    const document = this.view.state.doc;
    const found = problems.filter((problem) => problem.at).map((problem) => {
      const row = document.line(Math.min(Math.max(problem.at.line, 1), document.lines));
      let from = Math.min(row.from + problem.at.column, row.to);
      const to = Math.min(row.from + Math.max(problem.at.end, problem.at.column + 1), row.to);
      if (from >= to && from > row.from) from = to - 1; // at the end of the line
      return {
        from, to, severity: problem.severity, message: problem.message,
        renderMessage: () => h("div", {}, problem.message, problem.hint && h("div", { class: "hint" }, problem.hint)),
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  async complete(context) {
    const word = context.matchBefore(/[\w'.-]+|<[\w/.-]*/);
    if (!context.explicit && (!word || /^\d/.test(word.text))) return null;
    const answer = await this.language.complete(this.file, this.text, context.pos);
    if (!answer || context.aborted || !answer.options.length) return null;
    return {
      from: answer.start,
      options: answer.options.map(({ text, note }, at) => ({ label: text, detail: note, boost: -at / 100 })),
      validFor: /^[\w'-]*$/,
    };
  }

  async hover(at) {
    const found = await this.language.hover(this.file, this.text, at);
    if (!found) return null;
    const create = () => ({
      dom: h("div", { class: "cm-about" },
        h("div", { class: "about-name" }, h("code", {}, found.name), h("span", {}, found.value)),
        found.doc && h("pre", {}, found.doc)),
    });
    return { pos: found.start, end: found.end, above: true, create };
  }
}
