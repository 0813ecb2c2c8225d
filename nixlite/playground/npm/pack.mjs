// Makes what the page loads of Python and nixlite: run by `site.py` with node.
//
//   node pack.mjs FOLDER-OF-PYODIDE SOURCES.zip BOOT.py QUESTIONS.json FOLDER
//
// FOLDER/archive.bin: the archive that `boot.py` takes apart. Pyodide itself compiles the modules that a first
// answer needs, for no other Python writes bytecode for it; the others stay text.
// FOLDER/snapshot.bin: the memory of a Python that has imported these modules. A page that begins with it needs a
// fifth of the time; one that cannot use it begins without.

import fs from "node:fs";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

process.on("uncaughtException", (error) => {
  console.error(error.message); // Node would show the line of Pyodide, which has a million letters
  process.exit(1);
});

const [pyodide, sources, boot, questions, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const options = { indexURL: `${pyodide}/`, stdout: () => {}, stderr: console.error, env: { HOME: "/home/pyodide" } };

const COMPILE = `
import io, json, marshal, sys, zipfile

with open("/tmp/sources.zip", "rb") as file:
    zipped = zipfile.ZipFile(io.BytesIO(file.read()))
modules, files = {}, {}
for name in sorted(zipped.namelist()):
    content = zipped.read(name)
    if not name.endswith(".py"):
        files[name] = content
        continue
    dotted = name.removesuffix(".py").replace("/", ".")
    is_package = dotted.endswith(".__init__")
    modules[dotted.removesuffix(".__init__")] = (is_package, False, content)
with open("/tmp/first.bin", "wb") as file:
    file.write(packed(modules, files))
install("/tmp/first.bin")

from nixlite.playground.bridge.wire import Wire
handle = Wire().handle
for question in json.loads(open("/tmp/questions.json", encoding="utf-8").read()):
    answer = json.loads(handle(json.dumps(question)))
    if "data" not in answer:
        raise SystemExit(f"{question}: {answer}")

for name, (is_package, compiled, content) in modules.items():
    if name in sys.modules:
        path = sys.modules[name].__file__
        kept = 0 if name.startswith("nixlite.builtins.") else 2  # what builtins say of themselves is shown
        code = compile(content, path, "exec", dont_inherit=True, optimize=kept)
        modules[name] = (is_package, True, marshal.dumps(code))
with open("/archive.bin", "wb") as file:
    file.write(packed(modules, files))
`;

// Nothing is evaluated here: that makes memory grow, and a snapshot has to fit into what Pyodide begins with.
const WARM = `
import gc, sys

install("/archive.bin")
for name, module in sys.meta_path[0].modules.items():
    if module[1]:
        __import__(name)
import nixlite.limits.memory as memory
measured, memory.wasm_bytes = memory.wasm_bytes, lambda: 1 << 25  # no object of JavaScript's may be in the snapshot
from nixlite.playground.bridge.wire import start
handle = start()
memory.wasm_bytes = measured
del measured, memory, name, module
gc.collect()
`;

async function python(more) {
  const made = await loadPyodide({ ...options, ...more });
  made.FS.writeFile("/tmp/sources.zip", new Uint8Array(fs.readFileSync(sources)));
  made.FS.writeFile("/tmp/questions.json", fs.readFileSync(questions, "utf8"));
  made.runPython(fs.readFileSync(boot, "utf8"));
  return made;
}

const first = await python({});
first.runPython(COMPILE);
const packed = first.FS.readFile("/archive.bin");
fs.writeFileSync(`${target}/archive.bin`, zlib.gzipSync(packed, { level: 9 }));

const second = await python({ _makeSnapshot: true });
second.FS.writeFile("/archive.bin", packed);
second.runPython(WARM);
fs.writeFileSync(`${target}/snapshot.bin`, zlib.gzipSync(second.makeMemorySnapshot(), { level: 9 }));
process.exit(0);
