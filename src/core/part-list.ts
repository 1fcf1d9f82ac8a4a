/** A part of a whole, by the name under which those that come after it find it. */
interface Part<All> {
  readonly name: string;
  start(parts: All): unknown;
}

/** The parts of a whole in the order of their start: each is made of those before it, and of what was given. */
export class PartList<Given extends object, All extends Given = Given> {
  readonly #parts: readonly Part<never>[];

  constructor(parts: readonly Part<never>[] = []) {
    this.#parts = parts;
  }

  and<Name extends string, T>(
    name: Name,
    start: (parts: All) => T | Promise<T>,
  ): PartList<Given, All & { readonly [N in Name]: T }> {
    return new PartList([...this.#parts, { name, start }]);
  }

  /** Starts one after the other; rejects with the error of the first that cannot be started, or the signal's reason. */
  async start(given: Given, signal?: AbortSignal): Promise<All> {
    let started: object = given;
    // As `and` has typed it: each part finds those before it.
    for (const { name, start } of this.#parts) {
      started = { ...started, [name]: await start(started as never) };
      signal?.throwIfAborted();
    }
    return started as All;
  }
}
