// Begins the page: makes the parts, joins them, and puts back what the address or the browser remembers.

import { App } from "./app.js";
import { Chrome } from "./chrome.js";
import { EXAMPLES } from "./examples.js";
import { install } from "./offline.js";
import { decode } from "./share.js";

const WORKER = new URL("worker.js", import.meta.url);

async function begin() {
  const offline = install();
  if (!crossOriginIsolated && (await offline)) return; // the page comes again, with what interrupting needs
  const app = new App(WORKER);
  app.chrome = new Chrome(app);
  await app.restore((await decode(location.hash.slice(1))) ?? app.remembered() ?? EXAMPLES[0]);
  addEventListener("hashchange", async () => {
    const state = await decode(location.hash.slice(1));
    if (state) await app.restore(state);
  });
  document.documentElement.dataset.begun = "";
  globalThis.nixlite = { app, client: app.client }; // for the curious, and for tests
}

begin();
