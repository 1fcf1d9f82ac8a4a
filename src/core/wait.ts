/** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** The promise's value, or `undefined` when it takes longer than `ms`. A timeout is a value; an abort throws its reason. */
export function within<T>(promise: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | undefined> {
  promise.catch(() => undefined); // whoever is told of an abort instead has nobody left to catch it
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => settle(() => reject(signal?.reason));
    const timer = setTimeout(() => settle(() => resolve(undefined)), ms);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      then();
    };
    signal?.addEventListener('abort', stop, { once: true });
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(signal?.aborted ? signal.reason : error)),
    );
  });
}

/** The promise's value; rejects with the signal's reason when aborted first. Once aborted, the reason is the truth. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise
      .then(resolve, (error: unknown) => reject(signal.aborted ? signal.reason : error))
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Node runs a timer set for longer than this (24 days) at once. */
const longestTimer = 2_147_483_647;

/** Calls `run` after `ms` milliseconds unless disposed before. `unref`: alone it keeps no process alive. */
export function after(ms: number, run: () => void): Disposable {
  const timer = setTimeout(run, Math.min(ms, longestTimer)).unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Runs once the signal is aborted, at once where it is; not after it is disposed. */
export function onAbort(signal: AbortSignal, run: () => void): Disposable {
  const listener = new AbortListener(signal, run);
  if (signal.aborted) run();
  else signal.addEventListener('abort', listener, { once: true });
  return listener;
}

/** One object for all: a signal takes the same function only once, whoever else listens with it. */
class AbortListener implements Disposable {
  readonly #signal: AbortSignal;
  readonly handleEvent: () => void;

  constructor(signal: AbortSignal, run: () => void) {
    this.#signal = signal;
    this.handleEvent = run;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this);
  }
}

/** Resolves once `awaited` is aborted; rejects with the signal's reason when that is aborted first. */
export async function whenAborted(awaited: AbortSignal, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = onAbort(awaited, resolve);
  await orAbort(promise, signal);
}
