import { type Compilable, CompiledQuery } from 'kysely';

/** Compiling a statement costs more than running it: each is compiled once, by a name that says all of its form. */
export class Statements {
  readonly #known = new Map<string, CompiledQuery>();

  /** `parameters` in the order of the statement that `build` makes, and its own from here on. */
  compiled(name: string, parameters: readonly unknown[], build: () => Compilable): CompiledQuery {
    let known = this.#known.get(name);
    if (!known) {
      known = CompiledQuery.raw(build().compile().sql);
      this.#known.set(name, known);
    }
    const { sql, query, queryId } = known;
    return { sql, query, queryId, parameters };
  }
}
