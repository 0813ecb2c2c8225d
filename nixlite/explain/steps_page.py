"""A trace as one HTML file that needs nothing else: step forward and backward, the source highlighted."""

from __future__ import annotations

from nixlite.explain.steps import to_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.explain.steps import Trace

STYLE = """
:root { color-scheme: light dark; --mark: #ffe08a; --now: #cfe8ff; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --mark: #6b5300; --now: #12395c; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }
main { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem; align-items: start; }
@media (max-width: 50rem) { main { grid-template-columns: 1fr; } }
pre { font: 14px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
mark { background: var(--mark); color: inherit; border-radius: 3px; }
nav { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; margin-bottom: 1rem; }
nav input { flex: 1; min-width: 8rem; }
section { border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin-bottom: 1rem; }
h1 { font-size: 1.2rem; } h2 { font-size: .95rem; margin: 0 0 .5rem; }
table { border-collapse: collapse; width: 100%; font: 13px/1.6 ui-monospace, monospace; }
td { padding: 0 .4rem; overflow-wrap: anywhere; vertical-align: top; }
tr.now { background: var(--now); }
"""

SCRIPT = """
const data = JSON.parse(document.getElementById('trace').textContent);
const $ = id => document.getElementById(id), words = {create: 'is made', force: 'is forced',
  read: 'is read again: ', value: 'becomes ', error: 'fails'};
let at = Number(location.hash.slice(1)) - 1 || 0;  // page.html#12 opens at step 12
$('slider').max = Math.max(0, data.steps.length - 1);
function state(n) {  // what is under evaluation, and which thunks have values, after step n
  const stack = [], values = new Map();
  for (const s of data.steps.slice(0, n + 1)) {
    const key = s.source + ':' + s.start + ':' + s.name;
    if (s.kind === 'create') values.set(key, [s, 'not evaluated']);
    if (s.kind === 'force') { stack.push(s); values.set(key, [s, 'under evaluation']); }
    if (s.kind === 'value') { stack.pop(); values.set(key, [s, s.value]); }
    if (s.kind === 'error') { stack.pop(); values.set(key, [s, 'failed']); }
  }
  return [stack, values];
}
function row(table, cells, now) {
  const tr = table.insertRow();
  if (now) tr.className = 'now';
  for (const c of cells) tr.insertCell().textContent = c;
}
function show(n) {
  if (!data.steps.length) return;
  at = Math.min(Math.max(n, 0), data.steps.length - 1);
  const s = data.steps[at], text = data.sources[s.source], pre = $('source');
  pre.replaceChildren(text.slice(0, s.start));
  const mark = document.createElement('mark');
  mark.textContent = text.slice(s.start, s.end);
  pre.append(mark, text.slice(s.end));
  mark.scrollIntoView({block: 'nearest'});
  $('file').textContent = s.place;
  const by = s.by && s.kind !== 'value' ? ` by ${s.by}` : '';
  $('what').textContent = `${s.name} ${words[s.kind]}${s.value}${by}`;
  $('count').textContent = `${at + 1} of ${data.steps.length}`;
  $('slider').value = at;
  if (location.protocol !== 'about:') history.replaceState(null, '', `#${at + 1}`);  // not in a frame
  const [stack, values] = state(at);
  $('stack').replaceChildren();
  for (const f of stack.slice().reverse()) row($('stack'), [f.name, f.place]);
  $('values').replaceChildren();
  for (const [v, shown] of values.values()) row($('values'), [v.name, shown], v === s);
}
$('back').onclick = () => show(at - 1);
$('next').onclick = () => show(at + 1);
$('first').onclick = () => show(0);
$('last').onclick = () => show(data.steps.length - 1);
$('slider').oninput = e => show(+e.target.value);
addEventListener('keydown', e => {
  if (e.target.tagName === 'INPUT') return;
  if (e.key === 'ArrowRight') show(at + 1);
  if (e.key === 'ArrowLeft') show(at - 1);
});
$('result').textContent = data.result + (data.leftOut ? ` (${data.leftOut} steps left out)` : '');
show(at);
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>nixlite trace</title><style>{style}</style></head>
<body>
<h1>How this is evaluated</h1>
<nav><button id="first" title="first step">|◀</button><button id="back" title="back (←)">◀</button>
<button id="next" title="forward (→)">▶</button><button id="last" title="last step">▶|</button>
<input id="slider" type="range" min="0" value="0" aria-label="step"><span id="count"></span></nav>
<p><strong id="what"></strong></p>
<main>
<section><h2 id="file"></h2><pre id="source"></pre></section>
<div><section><h2>Under evaluation, innermost first</h2><table id="stack"></table></section>
<section><h2>Thunks</h2><table id="values"></table></section>
<section><h2>Result</h2><pre id="result"></pre></section></div>
</main>
<script type="application/json" id="trace">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def page(trace: Trace) -> str:
    """The page; texts inside of it cannot end the script that holds them."""
    import json  # seldom

    data = json.dumps(to_data(trace), ensure_ascii=True).replace("<", "\\u003c")
    return PAGE.replace("{style}", STYLE).replace("{script}", SCRIPT).replace("{data}", data)
