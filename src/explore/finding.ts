import type { Course } from './decision.ts';

/** What can be wrong with a flow that no single action of it shows. */
export const findingKinds = {
  unreachable: 'actions that nobody comes to',
  silence: 'the caller hears nothing for more than 10 seconds',
  loop: 'loops that ask nobody for anything',
  cut_prompt: 'prompts that nobody can hear to their end',
  unset_variable: 'variables that are read before they are set',
  unhandled_failure: 'failures that nobody handles',
} as const;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  readonly kind: FindingKind;
  /** Of the action in its flow: `actions[3]`. */
  readonly path: string;
  readonly action: { readonly id: string; readonly type: string };
  readonly message: string;
  /** What leads there; nothing where nothing does. */
  readonly course: Course | undefined;
}
