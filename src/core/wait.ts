import { clearTimer, now, setTimer, setTurn, type Timer } from './clock.ts';

/** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimer(timer);
      reject(signal.reason);
    };
    const timer = setTimer(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** The promise's value, or `undefined` when it takes longer than `ms`. A timeout is a value; an abort throws its reason. */
export function within<T>(promise: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      forget(promise);
      return reject(signal.reason);
    }
    const settle = (): void => {
      clearTimer(timer);
      signal?.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      settle();
      reject(signal?.reason);
    };
    const timer = setTimer(ms, () => {
      settle();
      resolve(undefined);
    });
    signal?.addEventListener('abort', stop, { once: true });
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(signal?.aborted ? signal.reason : error);
      },
    );
  });
}

/** The promise's value; rejects with the signal's reason when aborted first. Once aborted, the reason is the truth. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      forget(promise);
      return reject(signal.reason);
    }
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', stop);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', stop);
        reject(signal.aborted ? signal.reason : error);
      },
    );
  });
}

/** Whoever is told of an abort instead has nobody left to catch it. */
function forget(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

/** Calls `run` after `ms` milliseconds unless disposed before. Alone it keeps no process alive. */
export function after(ms: number, run: () => void): Disposable {
  const timer = setTimer(ms, run);
  timer.unref();
  return new SetTimer(timer);
}

/** A class: V8 builds an object with a computed name in it slowly, each time. */
class SetTimer implements Disposable {
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  [Symbol.dispose](): void {
    clearTimer(this.#timer);
  }
}

/** Calls `run` at an instant of `now()`, however far it is, unless disposed before. Alone it keeps no process alive. */
export function at(instant: number, run: () => void): Disposable {
  let timer = after(until(instant), function look() {
    if (now() >= instant) run();
    else timer = after(until(instant), look);
  });
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** Resolves at an instant of `now()`; rejects with the signal's reason when aborted. */
export async function sleepUntil(instant: number, signal: AbortSignal): Promise<void> {
  do await sleep(until(instant), signal);
  while (now() < instant);
}

/** Whole milliseconds until an instant: a timer would cut a part of one off. */
function until(instant: number): number {
  return Math.ceil(instant - now());
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

/** The next turn of the event loop: what has come in by then has been seen to. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTurn(resolve));
}
