// The page's end of the wire: questions to the worker that runs nixlite, one at a time.
//
// A question belongs to a channel; a newer one of the same channel takes the place of one that waits, and
// interrupts one that runs. Interrupting writes into memory that the worker's Python looks at; where there is
// none, or no answer comes soon, the worker is ended and another begins.

const STOP = 2, TICK = 10;
const TICK_EVERY = 25, PATIENCE = 200; // milliseconds
const HARD_LIMIT = 90_000; // without shared memory there is no clock in the worker
const TOO_LARGE = 900 << 20; // bytes of the worker's memory, which never shrinks

export class Client extends EventTarget {
  constructor(url) {
    super();
    this.url = url;
    this.waiting = [];
    this.current = null;
    this.number = 0;
    this.state = "loading";
    this.restarts = 0;
    this.start();
  }

  /** Begin with a fresh worker. */
  start() {
    this.signals = self.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    const worker = new Worker(this.url, { type: "module", name: "nixlite" });
    this.worker = worker;
    this.ready = false;
    this.tell("loading");
    worker.onmessage = ({ data }) => worker === this.worker && this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.worker) this.broken(event.message || "the worker ended");
    };
    worker.postMessage({ signals: this.signals });
  }

  tell(state, detail = {}) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...detail } }));
  }

  /** The answer to a question, as a promise; `superseded` where a newer one came. */
  ask(name, question = {}, { channel = name } = {}) {
    this.waiting = this.waiting.filter((other) => {
      if (other.channel !== channel) return true;
      other.resolve({ superseded: true });
      return false;
    });
    return new Promise((resolve) => {
      const text = JSON.stringify({ do: name, ...question });
      this.waiting.push({ id: ++this.number, name, channel, text, resolve });
      if (this.current?.channel === channel) this.interrupt();
      this.next();
    });
  }

  /** Stop what runs, and forget what waits. */
  stop() {
    for (const other of this.waiting.splice(0)) other.resolve({ superseded: true });
    this.interrupt();
  }

  interrupt() {
    const asked = this.current;
    if (!asked || asked.interrupted) return;
    asked.interrupted = true;
    if (!this.signals) return this.replace("stopped");
    clearInterval(asked.clock);
    Atomics.store(this.signals, 0, STOP);
    asked.patience = setTimeout(() => asked === this.current && this.replace("stopped"), PATIENCE);
  }

  next() {
    if (!this.ready || this.current || !this.waiting.length) return;
    const asked = (this.current = this.waiting.shift());
    asked.began = performance.now();
    if (this.signals) {
      Atomics.store(this.signals, 0, 0);
      asked.clock = setInterval(() => Atomics.compareExchange(this.signals, 0, 0, TICK), TICK_EVERY);
    }
    asked.limit = setTimeout(() => asked === this.current && this.replace("it took too long"), HARD_LIMIT);
    this.tell("busy", { name: asked.name });
    this.worker.postMessage({ id: asked.id, text: asked.text });
  }

  receive(data) {
    if (data.ready) {
      this.ready = true;
      this.tell("ready", data);
    } else if (data.failed) this.failed(data.failed);
    else if (data.dead) this.broken(data.dead, data.id);
    else if (data.id === this.current?.id) {
      const answer = JSON.parse(data.text);
      const { name } = this.current;
      this.settle(answer);
      this.tell("idle", { ms: answer.ms, name });
      if (data.heap > TOO_LARGE) this.replace("");
    }
    this.next();
  }

  settle(answer) {
    const asked = this.current;
    this.current = null;
    if (!asked) return;
    clearInterval(asked.clock);
    clearTimeout(asked.patience);
    clearTimeout(asked.limit);
    if (asked.interrupted && this.waiting.some((other) => other.channel === asked.channel)) answer = { superseded: true };
    asked.resolve(answer);
  }

  /** nixlite could not be loaded at all. */
  failed(reason) {
    this.tell("failed", { reason });
    for (const other of this.waiting.splice(0)) other.resolve({ failed: reason });
  }

  /** The interpreter is lost: say so to who asked, and go on with another. */
  broken(reason, id) {
    if (!this.ready) return this.failed(reason);
    this.restarts += 1;
    if (id === undefined || id === this.current?.id) this.settle({ dead: reason });
    this.worker.terminate();
    this.start();
  }

  /** End the worker and begin another. */
  replace(reason) {
    this.restarts += 1;
    this.worker.terminate();
    this.settle({ stopped: reason });
    this.start();
  }
}
