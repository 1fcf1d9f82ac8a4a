import type { Answers } from '../simulator/caller.ts';
import type { Answer } from './reactions.ts';
import type { Replied } from './replies.ts';

/** Something that happens one way or another, and how it does. */
export type Decision =
  | {
      readonly kind: 'start';
      /** Milliseconds since 1970. */
      readonly at: number;
      /** Whether nothing is said of the time. */
      readonly isUsual: boolean;
    }
  | { readonly kind: 'from'; readonly number: string; readonly isUsual: boolean }
  | { readonly kind: 'answer'; readonly action: string; readonly answer: Answer }
  | {
      readonly kind: 'reply';
      readonly action: string;
      readonly method: string;
      readonly url: string;
      readonly replied: Replied;
    }
  | { readonly kind: 'called'; readonly action: string; readonly endpoint: string; readonly answers: Answers }
  | { readonly kind: 'judged'; readonly action: string; readonly answers: 'human' | 'machine' }
  | { readonly kind: 'fails'; readonly action: string; readonly fails: boolean }
  /** A jump that counts has been made as often as it is. */
  | { readonly kind: 'spent'; readonly action: string; readonly isSpent: boolean };

/** What leads somewhere: everything that was decided until then. */
export type Course = readonly Decision[];
