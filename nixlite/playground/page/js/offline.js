// The service worker: keeps the page's files, so that it comes without a network, and gives the page the two
// headers that interrupting needs, where the host sends none.

const RELOADED = "nixlite-isolated";
const KEEP_AFTER = 3000; // milliseconds

/** Register it; true where the page is going to come again, isolated. */
export async function install() {
  if (!("serviceWorker" in navigator)) return false;
  let again = null;
  try {
    again = sessionStorage.getItem(RELOADED);
    const registration = await navigator.serviceWorker.register("./sw.js");
    navigator.serviceWorker.ready.then(keep);
    if (crossOriginIsolated) return false;
    if (again || window !== window.top) return false; // it did not help, or another page decides
    sessionStorage.setItem(RELOADED, "1");
    await active(registration);
    location.reload();
    return true;
  } catch {
    return false; // private windows: it works as long as there is a network, and Stop takes a little longer
  }
}

/** Have all files kept, a while after the page has begun. */
function keep(registration) {
  setTimeout(() => registration.active?.postMessage("keep"), KEEP_AFTER);
}

function active(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker.state === "activated") return Promise.resolve();
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
    setTimeout(resolve, 8000);
  });
}
