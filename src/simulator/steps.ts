import type { Answers } from './caller.ts';

interface At {
  /** Milliseconds of virtual time since the call began. */
  readonly at: number;
}

/** An action begins. */
export interface ActionStep extends At {
  readonly kind: 'action';
  readonly id: string;
  readonly type: string;
  /** With values in it. */
  readonly option: Readonly<Record<string, unknown>>;
  readonly activeflow: string;
  /** Zeros: none that is stored. */
  readonly flow: string;
  /** The action of the same activeflow that was before this one; empty for the first. */
  readonly from: string;
}

/** An action is over, and this way it went: `targets.1`, `on_error_id`, `next`; empty where the flow, or the call, ends with it. */
export interface WayStep extends At {
  readonly kind: 'way';
  readonly id: string;
  readonly type: string;
  readonly way: string;
}

/** An action has failed: the flow goes where that leads, `to`, or on where nothing else is said. */
export interface FailedStep extends At {
  readonly kind: 'failed';
  readonly id: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

/** Something was played to the caller. */
export interface HeardStep extends At {
  readonly kind: 'heard';
  /** What was said, or what was played: `sound:beep`. */
  readonly text: string;
  readonly isSpeech: boolean;
  /** How long he has heard it, and how long it is, in milliseconds. */
  readonly heard: number;
  readonly length: number;
}

/** The caller has done something where an input waited. */
export interface InputStep extends At {
  readonly kind: 'input';
  /** The action that waited. */
  readonly id: string;
  readonly type: string;
  readonly flow: string;
  readonly did: 'press' | 'say' | 'wait' | 'hangup';
  /** Keys or words. */
  readonly what: string;
}

/** A request of the flow to somebody's server. */
export interface RequestStep extends At {
  readonly kind: 'request';
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0: there was no reply. */
  readonly status: number;
  readonly reply: string;
  /** Whether the flow has waited for the reply. */
  readonly isAwaited: boolean;
}

/** What a webhook would be told. */
export interface EventStep extends At {
  readonly kind: 'event';
  readonly type: string;
  readonly data: object;
}

/** Somebody was called. */
export interface CalledStep extends At {
  readonly kind: 'called';
  readonly endpoint: string;
  readonly answers: Answers;
}

/** Something is to happen when the call is over, or beside it: a call that is made later, an outgoing flow. */
export interface PlannedStep extends At {
  readonly kind: 'planned';
  readonly what: string;
  readonly data: object;
}

/** What the simulator cannot know, and has assumed: `option` says it, where there is one. */
export interface AssumedStep extends At {
  readonly kind: 'assumed';
  readonly what: string;
  readonly option: string;
}

/** The call has been answered, or is over. */
export interface CallStep extends At {
  readonly kind: 'answered' | 'hungup';
  /** Who has hung up, and why: `the caller`, `normal`. */
  readonly by: '' | 'flow' | 'caller';
  readonly reason: string;
}

export type Step =
  | ActionStep
  | WayStep
  | FailedStep
  | HeardStep
  | InputStep
  | RequestStep
  | EventStep
  | CalledStep
  | PlannedStep
  | AssumedStep
  | CallStep;
