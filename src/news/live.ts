import type { Kind, RecordOf, StateOf, WrittenState } from './kinds.ts';

/** The one form in which all that lives is written down. */
export type Live<K extends Kind = Kind> = {
  [P in K]: {
    readonly kind: P;
    readonly record: RecordOf<P>;
    /** May be asked for when it is written, which costs nothing until then. */
    readonly state?: WrittenState<P> | (() => WrittenState<P>);
  };
}[K];

/** A thing that lives as the store takes it: its state is JSON. */
export type Written<K extends Kind = Kind> = {
  [P in K]: {
    readonly kind: P;
    readonly record: RecordOf<P>;
    /** The record as JSON, where that is there already. */
    readonly text?: string | undefined;
    readonly state?: string | undefined;
  };
}[K];

/** A thing that lives as the store has it; without its state where that does not parse. */
export interface Stored<K extends Kind> {
  readonly record: RecordOf<K>;
  readonly state: StateOf<K> | undefined;
}

/** Which one it is. */
export function liveKey(kind: Kind, id: string): string {
  return `${kind}/${id}`;
}
