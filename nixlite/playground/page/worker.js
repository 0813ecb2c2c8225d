// Runs nixlite: loads Pyodide and the archive, then answers questions, each a JSON text, one after the other.

const PYODIDE = new URL(__PYODIDE__, import.meta.url).href; // the build says where it is
const here = (name) => new URL(name, import.meta.url).href;

let handle = null;
let python = null;
let signals = null;

async function start() {
  const began = performance.now();
  const archive = load("archive.bin").then(unpacked);
  const boot = load("boot.py").then((response) => response.text());
  const { loadPyodide } = await import(`${PYODIDE}pyodide.mjs`);
  const options = { indexURL: PYODIDE, stdout: () => {}, stderr: () => {} };
  python = (await fromSnapshot(loadPyodide, options)) ?? (await loadPyodide(options));
  const loaded = performance.now();
  python.FS.writeFile("/archive.bin", await archive);
  python.runPython(await boot);
  python.runPython("install('/archive.bin')");
  handle = snapshot ? python.globals.get("handle") : python.runPython("from nixlite.playground.bridge.wire import start; start()");
  if (signals) python.setInterruptBuffer(signals);
  postMessage({ ready: true, snapshot, python: loaded - began, nixlite: performance.now() - loaded });
}

let snapshot = false;

/** A Python with the memory of one that has begun already; null where that is not worth its download, or fails. */
async function fromSnapshot(loadPyodide, options) {
  const { saveData = false, downlink = 10 } = navigator.connection ?? {};
  if (saveData || downlink < 1) return null;
  try {
    const memory = await load("snapshot.bin").then(unpacked);
    const made = await loadPyodide({ ...options, _loadSnapshot: memory });
    snapshot = true;
    return made;
  } catch {
    return null;
  }
}

async function load(name) {
  const response = await fetch(here(name));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

/** The bytes of a file that is packed with gzip; a host may have unpacked it on the way. */
async function unpacked(response) {
  const packed = new Uint8Array(await response.arrayBuffer());
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

onmessage = ({ data }) => {
  if ("signals" in data) {
    signals = data.signals;
    start().catch((error) => postMessage({ failed: String(error?.message ?? error) }));
    return;
  }
  try {
    const text = handle(data.text);
    postMessage({ id: data.id, text, heap: python._module.HEAP8.length });
  } catch (error) {
    // Every Python error is part of an answer: what gets here has ended the interpreter.
    postMessage({ id: data.id, dead: String(error?.message ?? error) });
  }
};
