// The state of the page in the fragment of its address: JSON, compressed, as base64 for addresses.

const VERSION = "1";

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** The fragment for a state. */
export async function encode(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  return VERSION + toBase64(await through(new CompressionStream("deflate-raw"), bytes));
}

/** The state in a fragment; null where it is none, or is damaged. */
export async function decode(fragment) {
  if (!fragment.startsWith(VERSION)) return null;
  try {
    const bytes = await through(new DecompressionStream("deflate-raw"), fromBase64(fragment.slice(1)));
    const state = JSON.parse(new TextDecoder().decode(bytes));
    return isState(state) ? state : null;
  } catch {
    return null;
  }
}

/** Whether something is a state: an address may have been written by anybody. */
function isState(state) {
  return (
    state && typeof state === "object" && state.files && typeof state.files === "object" &&
    Object.values(state.files).every((text) => typeof text === "string") && Object.keys(state.files).length > 0
  );
}
