import type { IncomingCall } from './incoming-call.ts';

/** What a phone does with a call that comes in. */
export type InviteHandler = (call: IncomingCall) => void | Promise<void>;

export interface Answering {
  /** How long it rings (180) first; 0 answers at once without ringing. */
  readonly ringFor?: number;
  /** A tone as early media while it rings (183 instead of 180). */
  readonly earlyTone?: number;
  /** A tone once answered. */
  readonly tone?: number;
  /** Hangs up by itself so long after the answer. */
  readonly hangUpAfter?: number;
}

/** A phone somebody picks up. */
export function answering({ ringFor = 0, earlyTone, tone, hangUpAfter }: Answering = {}): InviteHandler {
  return async (call) => {
    if (earlyTone !== undefined) {
      call.progress();
      call.tone(earlyTone);
    } else if (ringFor > 0) call.ring();
    if (!(await call.wait(ringFor))) return;
    call.silence();
    if (tone !== undefined) call.tone(tone);
    if (!(await call.answer())) return;
    if (hangUpAfter !== undefined && (await call.wait(hangUpAfter))) await call.bye();
  };
}

/** A phone that says no: 486 busy, 603 declined, 480, 404, 503 … */
export function rejecting(status: number, { after = 0, headers = {} } = {}): InviteHandler {
  return async (call) => {
    if (after > 0) call.ring();
    if (await call.wait(after)) call.reject(status, { headers });
  };
}

/** A phone nobody picks up. */
export const ringing: InviteHandler = (call) => call.ring();

/** A phone that takes the call (100) and then does nothing at all. */
export const mute: InviteHandler = () => undefined;
