// Making elements. Text is only ever text: nothing that a program says becomes markup.

/** An element: `h("button", { class: "x", onclick: f }, "text", child)`; what is null or false is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name in element && typeof value === "boolean") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Inline Markdown as nodes: `code`, *stress*, **strong**. */
export function rich(text) {
  const nodes = [];
  for (const piece of String(text ?? "").split(/(`[^`]+`|\*\*[^*]+\*\*|(?<![\w*])\*[^*\s][^*]*\*(?!\w))/)) {
    if (piece.length > 2 && piece.startsWith("`") && piece.endsWith("`")) nodes.push(h("code", {}, piece.slice(1, -1)));
    else if (piece.startsWith("**") && piece.length > 4) nodes.push(h("strong", {}, piece.slice(2, -2)));
    else if (piece.startsWith("*") && piece.length > 2) nodes.push(h("em", {}, piece.slice(1, -1)));
    else if (piece) nodes.push(piece);
  }
  return nodes;
}

const PLACE = /((?:<[\w/.-]+>[\w/.+-]*|[\w][\w/.+-]*\.nix):\d+)/;

/** As `rich`, with places (`main.nix:3`, `<nixpkgs>/pkgs/curl.nix:4`) as buttons that jump there. */
export function told(text, jump) {
  return rich(text).flatMap((node) => {
    if (typeof node !== "string") return node;
    return node.split(PLACE).map((piece, at) => {
      if (at % 2 === 0) return piece;
      const end = piece.lastIndexOf(":");
      return placeButton({ file: piece.slice(0, end), line: Number(piece.slice(end + 1)), column: 0, end: 0 }, jump);
    });
  });
}

/** Markdown of the lessons as nodes: paragraphs, items, fences. */
export function prose(text) {
  const nodes = [];
  let paragraph = [];
  let fence = null;
  const end = () => {
    if (paragraph.length) nodes.push(h("p", {}, rich(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of String(text ?? "").split("\n")) {
    if (line.startsWith("```")) {
      if (fence) {
        nodes.push(h("pre", { class: "code", tabindex: "0" }, fence.join("\n")));
        fence = null;
      } else {
        end();
        fence = [];
      }
    } else if (fence) fence.push(line);
    else if (!line.trim()) end();
    else if (/^[-*] /.test(line)) {
      end();
      nodes.push(h("p", { class: "item" }, rich(line.slice(2))));
    } else if (line.startsWith("# ")) {
      end();
      nodes.push(h("h3", {}, rich(line.slice(2))));
    } else {
      paragraph.push(line.trim());
      if (line.endsWith("  ")) end();
    }
  }
  end();
  return nodes;
}

/** A small picture from `icons`, which says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  right: "M6 3.5 10.5 8 6 12.5",
  stop: "M4.5 4.5h7v7h-7z",
  play: "M5 3.5v9l7-4.5z",
  share: "M6.5 9.5l3-3M5 7.5l-1.6 1.6a2.3 2.3 0 0 0 3.3 3.3L8.4 10.8M11 8.5l1.6-1.6a2.3 2.3 0 0 0-3.3-3.3L7.6 5.2",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z",
  plus: "M8 3.5v9M3.5 8h9",
  close: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  check: "M3.5 8.5l3 3 6-7",
  why: "M6 6a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.3v.3M8 12v.1",
  first: "M11 3.5 6.5 8l4.5 4.5M5 3.5v9",
  back: "M10 3.5 5.5 8l4.5 4.5",
  last: "M5 3.5 9.5 8 5 12.5M11 3.5v9",
  book: "M8 4.5C6.5 3.4 4.6 3 2.5 3v9c2.1 0 4 .4 5.5 1.5 1.5-1.1 3.4-1.5 5.5-1.5V3c-2.1 0-4 .4-5.5 1.5zM8 4.5v9",
  wand: "M3 13l7-7M9.5 2.5v2M8.5 3.5h2M12.5 6.5v2M11.5 7.5h2",
  out: "M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12.3 3.7 7.5 8.5",
  warn: "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
};

/** A button that jumps to a place of the source. */
export function placeButton(at, jump) {
  if (!at) return null;
  const label = `${at.file}:${at.line}`;
  return h("button", { class: "place", type: "button", title: `Go to ${label}`, onclick: () => jump(at) }, label);
}
