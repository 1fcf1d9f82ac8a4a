import type { ActionJson } from '../ports/action-json.ts';

interface List {
  readonly actions: ReadonlySet<ActionJson>;
  /** The action that has led into it. */
  readonly by: string;
}

/** Where a flow is: the lists that it was led into, and the actions around the one that it is at, as wait flows have them. */
export class Place {
  readonly #main: ReadonlySet<ActionJson>;
  #lists: List[] = [];
  readonly #around: string[] = [];

  constructor(main: readonly ActionJson[]) {
    this.#main = new Set(main);
  }

  /** An action is about to run. */
  come(action: ActionJson): void {
    const depth = this.#lists.findLastIndex(({ actions }) => actions.has(action));
    if (depth >= 0 || this.#main.has(action)) this.#lists = this.#lists.slice(0, depth + 1);
  }

  enter(action: ActionJson): void {
    this.#around.push(action.id);
  }

  leave(): void {
    this.#around.pop();
  }

  /** An action leads into a list of others. */
  goInto(actions: readonly ActionJson[], { id }: ActionJson): void {
    this.#lists.push({ actions: new Set(actions), by: id });
  }

  /** Whether it is inside another action, which runs it again and again. */
  get isInside(): boolean {
    return this.#around.length > 0;
  }

  /** Whether nothing is around it but the flow itself. */
  get isMain(): boolean {
    return !this.isInside && this.#lists.length === 0;
  }

  /** The same in words. */
  get around(): string {
    return [...this.#lists.map(({ by }) => by), '', ...this.#around].join('>');
  }
}
