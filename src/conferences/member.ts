import { ignoreGone } from '../ari/transport.ts';
import type { Call } from '../calls/call.ts';
import type { Music } from '../calls/chosen-music.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import type { Room } from './room.ts';

/** A call in a confbridge, or on its way in or out. */
export interface Member {
  readonly call: Call;
  /** Resolved when it is to leave. */
  readonly out: PromiseWithResolvers<void>;
  readonly hasLeft: PromiseWithResolvers<void>;
  isMuted: boolean;
  /** Whether the others leave with it. */
  readonly endsIt: boolean;
  /** What it hears while it is alone, or waits; the usual where missing. */
  music?: Music | undefined;
  /** Where it is, or is about to be. */
  room?: Room;
  /** When it came in; not yet where missing. */
  tmJoin?: string;
  /** Where it was left behind: until its flow has come for it. */
  isLeft?: boolean;
}

/** How long it may take a member to be out who is to leave. */
const patience = 5_000;

export function newMember(
  call: Call,
  how: Pick<Member, 'isMuted' | 'tmJoin' | 'isLeft'> & Partial<Pick<Member, 'endsIt' | 'music'>>,
): Member {
  return { call, out: Promise.withResolvers(), hasLeft: Promise.withResolvers(), endsIt: false, ...how };
}

/** A member leaves by any of these keys, which are then used. */
export function leavesBy({ call, out }: Member, keys = ''): Disposable | undefined {
  if (keys === '') return undefined;
  return call.digits.onDigit((digit) => {
    if (!keys.includes(digit)) return;
    call.digits.useNewest();
    out.resolve();
  });
}

/** Lets members leave, and waits until they have. */
export async function dismiss(members: readonly Member[]): Promise<void> {
  for (const { out } of members) out.resolve();
  await within(Promise.all(members.map(({ hasLeft }) => hasLeft.promise)), patience);
}

/** Not hung up, the call goes on elsewhere, and as it was. */
export async function putOut({ call, isMuted }: Member, { bridge }: Room): Promise<void> {
  await orWarned(call, bridge.remove(call, call.hangupSignal));
  if (isMuted) await orWarned(call, setMute(call, false, call.hangupSignal));
}

/** Goes on after a failure: it must not keep the rest from being done. */
async function orWarned(call: Call, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!call.hangupSignal.aborted) call.log.warn({ error: messageOf(error) }, 'confbridge_not_left');
  }
}

/** @throws ActionError `MUTE_FAILED`; the signal's reason */
export async function setMute(
  { ari, channelId }: Call,
  isMuted: boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ignoreGone(isMuted ? ari.mute(channelId, 'in', signal) : ari.unmute(channelId, 'in', signal));
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('MUTE_FAILED', `Asterisk does not ${isMuted ? '' : 'un'}mute this call`, { cause });
  }
}
