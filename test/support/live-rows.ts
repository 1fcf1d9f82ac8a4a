interface Row<R, S> {
  readonly record: R;
  readonly state: () => S | undefined;
}

/** What is stored of one kind of things, each in its latest form. */
export class LiveRows<R extends { readonly id: string }, S> {
  readonly #rows = new Map<string, Row<R, S>>();

  /** With the rows as they were when the life before was killed. */
  constructor(before?: LiveRows<R, S>) {
    if (!before) return;
    for (const [id, row] of before.#rows) this.#rows.set(id, row);
    this.freeze();
  }

  /** Whoever has written them is dead: they are as they were written. */
  freeze(): void {
    for (const [id, { record, state }] of this.#rows) {
      const written = copyOf(state());
      this.#rows.set(id, { record: copyOf(record), state: () => written });
    }
  }

  /** In the order they came. */
  get records(): readonly R[] {
    return [...this.#rows.values()].map(({ record }) => record);
  }

  get(id: string): R | undefined {
    return this.#rows.get(id)?.record;
  }

  write(record: R, state: () => S | undefined = () => undefined): void {
    this.#rows.set(record.id, { record, state });
  }

  /** Those that are not over, with their states as JSON has them. */
  left(isLive: (record: R) => boolean): readonly { readonly record: R; readonly state: unknown }[] {
    const left = [...this.#rows.values()].filter(({ record }) => isLive(record));
    return left.map(({ record, state }) => ({ record, state: copyOf(state() ?? {}) }));
  }
}

/** As JSON has it. */
function copyOf<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
