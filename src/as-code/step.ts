import type { Problem } from '../core/errors.ts';
import type { Kind } from './kinds.ts';
import type { Fields } from './values.ts';

/** A resource as a file says it. */
export interface Written {
  readonly kind: Kind;
  /** What it is called. */
  readonly name: string;
  /** With its name, and names where it points to something. */
  readonly fields: Fields;
  /** `flows/line.json` */
  readonly file: string;
  /** What is wrong with it, with the place where that stands. */
  readonly said: (problem: Problem) => string;
}

export interface WrittenSound {
  /** `my/greeting` */
  readonly name: string;
  /** Empty: for all. */
  readonly language: string;
  readonly path: string;
  readonly sha256: string;
}

/** What is to happen to one of them. */
export interface Step {
  readonly kind: Kind;
  readonly name: string;
  readonly does: 'make' | 'change' | 'nothing' | 'delete';
  /** What its file says; nothing of what is to be deleted. */
  readonly written?: Written;
  /** Of a sound, which is a file itself. */
  readonly sound?: WrittenSound;
  /** Its id, where the daemon has it. */
  readonly id?: string;
  /** The fields that change. */
  readonly changes: readonly string[];
}
