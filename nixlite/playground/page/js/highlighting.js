// The colours of Nix source; each is a variable of the style, so that dark and light are one theme here.

import { HighlightStyle } from "@codemirror/language";
import { tags as t } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: [t.keyword, t.controlKeyword, t.moduleKeyword], color: "var(--syntax-keyword)" },
  { tag: [t.string, t.special(t.string)], color: "var(--syntax-string)" },
  { tag: [t.number, t.bool, t.null, t.atom], color: "var(--syntax-number)" },
  { tag: [t.comment, t.lineComment, t.blockComment], color: "var(--syntax-comment)", fontStyle: "italic" },
  { tag: [t.propertyName, t.definition(t.propertyName)], color: "var(--syntax-name)" },
  { tag: [t.standard(t.variableName), t.function(t.variableName)], color: "var(--syntax-builtin)" },
  { tag: [t.operator, t.logicOperator, t.arithmeticOperator, t.updateOperator], color: "var(--syntax-operator)" },
  { tag: [t.escape, t.special(t.brace)], color: "var(--syntax-escape)" },
  { tag: t.invalid, color: "var(--bad)" },
]);
