/*
 * Modules that a page load does not need. If one cannot be loaded (the network is away, or a new version was deployed
 * meanwhile), it is loaded again after a delay, when the network is back, and when the user asks for it again.
 */

/** Delays before the next attempt; the last one repeats. */
const DELAYS_MS = [2_000, 5_000, 10_000, 20_000];

export class OnDemand {
  #open;
  #failed;
  #opened;
  #wake = () => {};
  isLoaded = false;

  /**
   * @param open imports the module; resolves to what `load` returns
   * @param failed called after each attempt that failed
   */
  constructor(open, failed) {
    this.#open = open;
    this.#failed = failed;
  }

  /** Resolves when the module is loaded. A call while an attempt is due makes it at once. */
  load() {
    this.#wake();
    this.#opened ??= this.#loadUntilDone();
    return this.#opened;
  }

  async #loadUntilDone() {
    for (let tries = 0; ; tries++) {
      try {
        const opened = await this.#open();
        this.isLoaded = true;
        return opened;
      } catch {
        this.#failed();
        await this.#pause(DELAYS_MS[Math.min(tries, DELAYS_MS.length - 1)]);
      }
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
      // Removed with the attempt that it would hasten: an hour offline must not leave a listener for each.
      window.addEventListener('online', resolve, { once: true, signal: AbortSignal.timeout(milliseconds) });
    });
  }
}
