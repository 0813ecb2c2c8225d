// How far the learner is, in the browser's storage; what cannot be kept is forgotten with the page.

const KEY = "nixlite-course";
let memory = null;

function all() {
  if (memory) return memory;
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    memory = found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    memory = {};
  }
  return memory;
}

/** What is known of a lesson: `done`, `predictions` by number, `hints` that were shown, the `text` written. */
export function of(slug) {
  const known = all()[slug];
  return { done: false, predictions: {}, hints: 0, ...(known && typeof known === "object" ? known : {}) };
}

export function save(slug, changes) {
  all()[slug] = { ...of(slug), ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(all()));
  } catch {
    // private windows may have no storage
  }
}

export function forget(slug) {
  delete all()[slug];
  save("", {});
  delete all()[""];
}
