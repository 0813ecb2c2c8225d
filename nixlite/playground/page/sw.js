// Keeps the files of one version of the page. VERSION and FILES are written in front by the build.

const CACHE = `nixlite-${VERSION}`;
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("nixlite-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepAll());
});

/** Fetch what is not kept yet; the page asks for it when it has nothing better to do. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  for (const file of FILES) {
    const url = new URL(file, self.registration.scope).href;
    if (!(await cache.match(url))) await cache.add(url).catch(() => null);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !url.href.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request, url));
});

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const key = url.origin + url.pathname;
  const page = request.mode === "navigate";
  if (!page) {
    const kept = await cache.match(key);
    if (kept) return isolated(kept);
  }
  try {
    const response = await fetch(request);
    if (response.ok && response.type === "basic" && response.status === 200) await cache.put(key, response.clone());
    return isolated(response);
  } catch (error) {
    const kept = (await cache.match(key)) ?? (page && (await cache.match(self.registration.scope)));
    if (kept) return isolated(kept);
    throw error;
  }
}

function isolated(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
