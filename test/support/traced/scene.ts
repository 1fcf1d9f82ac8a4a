import type { OutgoingCall } from '../outgoing-call.ts';

/** A call of a flow that is traced: what runs, and what its caller does. */
export interface Scene {
  readonly actions: readonly object[];
  readonly defaults?: object;
  /** Nothing: he waits for the end. */
  readonly act?: (acts: Acts) => Promise<void>;
}

export interface Acts {
  readonly call: OutgoingCall;
  readonly callId: string;
  /** Waits until the flow is at an action, for the so manieth time. */
  at(action: string, times?: number): Promise<void>;
  /** Waits until something is heard that was not heard when it was waited for last. */
  sound(): Promise<void>;
  /** Likewise, and until it is over. */
  prompt(): Promise<void>;
  /** Waits until so many keys have arrived. */
  typed(count: number): Promise<void>;
  /** Waits until a phone that was called is in this state. */
  leg(status: 'ringing' | 'progressing'): Promise<void>;
}

/** What there is for them. */
export interface There {
  /** The server of the flows. */
  readonly url: string;
  /** Queues: one that nobody serves, and nobody waits in for longer than a second; one that nobody serves; two that are served. */
  readonly emptyQueue: string;
  readonly longQueue: string;
  readonly queue: string;
  readonly otherQueue: string;
  readonly agent: string;
  readonly mailbox: string;
  readonly open: string;
  readonly closed: string;
  readonly conference: string;
  readonly flow: string;
}

/** Phones, and what they do. */
export const phones = {
  busy: '1001',
  talks: '1002',
  rings: '1003',
  declines: '1004',
  stays: '1005',
  agent: '1006',
  otherAgent: '1007',
  /** It is not there. */
  away: '1009',
} as const;

export const nobody = '99bf739a-932f-433c-b1bf-103d33d7e9bb';

export const answer = { id: 'up', type: 'answer' };
export const bye = { id: 'bye', type: 'hangup' };
export const rest = { id: 'rest', type: 'sleep', option: { duration: 60_000 } };
export const beep = { id: 'beep', type: 'beep' };
export const pause = (id: string, duration: number) => ({ id, type: 'sleep', option: { duration } });
export const say = (id: string, text: string, more: object = {}) => ({
  ...{ id, type: 'talk', option: { text } },
  ...more,
});
export const keys = (id: string, option: object = {}) => ({
  ...{ id, type: 'digits_receive' },
  option: { duration: 20_000, ...option },
});
export const set = (key: string, value: string) => ({
  ...{ id: `set-${key}`, type: 'variable_set' },
  option: { key, value },
});
export const is = (variable: string, value_string: string, false_target_id = 'other', more: object = {}) => ({
  ...{ id: `is-${variable.replaceAll('.', '-')}`, type: 'condition_variable' },
  option: { condition: '==', variable, value_string, false_target_id, ...more },
});
export const branch = (target_ids: object, default_target_id = '') => ({
  ...{ id: 'where', type: 'branch' },
  option: { target_ids, default_target_id },
});
export const goes = (id: string, target_id: string, loop_count: number) => ({
  ...{ id, type: 'goto' },
  option: { target_id, loop_count },
});
/** Where it ends well, and where not. */
export const ends = [say('good', 'Good.', { next_id: 'bye' }), say('other', 'Other.'), bye];
export const prompts = (text: string) => ({ prompts: [{ text }] });

/** Each presses something when the flow is there, and nothing is said any more. */
export const presses =
  (action: string, digits: string): NonNullable<Scene['act']> =>
  async ({ call, at }) => {
    await at(action);
    await call.digits(digits);
  };

/** Hangs up when the flow is there. */
export const leaves =
  (action: string, times = 1): NonNullable<Scene['act']> =>
  async ({ call, at }) => {
    await at(action, times);
    await call.close();
  };
