import { lookup } from 'node:dns/promises';
import { AriError } from '../ari/transport.ts';
import { now } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import { at, sleep, within } from '../core/wait.ts';
import { anonymous } from './address.ts';
import { Branches, type BranchesOptions } from './branches.ts';
import type { Call } from './call.ts';
import { otherContacts } from './contacts.ts';
import { Dialled, type DialState } from './dialled.ts';
import type { ChannelEnd } from './hangup-cause.ts';
import { endWithoutMedia } from './without-media.ts';

/** How an outgoing call is made. */
export interface Dialling {
  /** A dial string of Asterisk's, made by us. */
  readonly endpoint: string;
  /** The phone it leads to, where it is one that registers with us. */
  readonly phone?: string | undefined;
  /** The host it leads to, where that is a name. */
  readonly host?: string | undefined;
  /** Who calls, as the callee sees it. */
  readonly callerId: { readonly number: string; readonly name: string };
  /** Headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long it may ring, in milliseconds. */
  readonly timeout: number;
  /** The channel it is made for. */
  readonly originator?: string | undefined;
  /** Makes room for one more leg, for another phone with the same number; nothing where there is none. */
  readonly makeRoom?: () => (() => void) | undefined;
  /** How often a redirection (3xx) may be followed, and where one leads. */
  readonly redirects?: number;
  readonly follow?: BranchesOptions['follow'];
  /** Waited for first of all: what must not be done twice is written down before it is done. */
  readonly written: (signal: AbortSignal) => Promise<void>;
}

/** What goes on being needed of that, whatever else is stored of the call. */
export type DiallingOn = Pick<Dialling, 'originator' | 'makeRoom' | 'follow'>;

/** What each of its INVITEs says. */
type Invitation = Pick<Dialling, 'callerId' | 'headers' | 'originator'>;

interface Branched extends Invitation {
  readonly channels: readonly Pick<DialState['channels'][number], 'id' | 'redirects'>[];
}

interface NewChannel {
  /** The call's own unless given. */
  readonly channelId?: string;
  readonly endpoint: string;
  readonly onMade?: () => void;
}

/** How long Asterisk may take to make the channel. */
const patience = 5_000;

/** How long after a phone has registered Asterisk may call it offline, in milliseconds. */
const registrationDelay = 300;

/** 20 is "subscriber absent", 1 "unallocated number", 34 "no circuit available". */
const absent = { cause: 20 };
const unknown = { cause: 1 };
const unavailable = { cause: 34 };

/** How long the name of a host may take to be looked up before the INVITE is sent all the same. */
const lookupPatience = 2_000;

/** Dials a call that has been announced. What becomes of it the call says itself. */
export function dial(call: Call, dialling: Dialling): void {
  const { callerId, headers = {}, timeout, redirects = 0 } = dialling;
  const until = now() + timeout;
  const dialled = new Dialled({ until, callerId, headers, channels: [] });
  dialled.add(call.channelId, redirects);
  call.whereabouts.dialled = dialled;
  ringUntil(call, until);
  call.scope.spawn('dial', () => invite(call, dialling, call.hangupSignal));
  lookAtMedia(call);
}

/** Goes on with a call that a daemon which died was making: it is rung on where it rings. */
export function dialOn(call: Call, left: DialState, more: DiallingOn): void {
  const { callerId, headers, channels, until } = left;
  call.whereabouts.dialled = new Dialled(left);
  const isPlain = channels.every(({ id, redirects }) => id === call.channelId && redirects === 0);
  const branches = isPlain ? undefined : branchesOf(call, { ...more, callerId, headers, channels });
  call.whereabouts.onFound((found) => {
    branches?.compare(found);
    for (const { id, isInvited } of channels)
      if (!isInvited && found.get(id)?.state === 'Down') call.scope.spawn('dial', () => dialAtLast(call, id));
    ringUntil(call, until);
  });
  lookAtMedia(call);
}

/**
 * Of a channel that was made. Where it was dialled all the same, and nobody has written that down, no second INVITE goes out:
 * Asterisk then cancels the first one.
 */
async function dialAtLast(call: Call, channelId: string): Promise<void> {
  const { ari, hangupSignal: signal, log } = call;
  try {
    await sendInvite(call, channelId, signal);
  } catch (error) {
    if (signal.aborted) return;
    log.warn({ error: messageOf(error) }, 'dial_failed');
    if (channelId === call.channelId) call.hangup('failed');
    else await ari.hangup(channelId, unavailable.cause, signal).catch(() => undefined);
  }
}

function ringUntil(call: Call, until: number): void {
  const limit = at(until, () => {
    if (!call.isUp) call.hangup('dialout');
  });
  call.scope.defer(() => limit[Symbol.dispose]());
}

function lookAtMedia(call: Call): void {
  void call.whenUp.then(() => call.scope.spawn('media', () => endWithoutMedia(call, call.hangupSignal)));
}

async function invite(call: Call, dialling: Dialling, signal: AbortSignal): Promise<void> {
  let isMade = false;
  try {
    await dialling.written(signal);
    const missing = dialling.phone === undefined ? undefined : await whyNot(call, dialling.phone, signal);
    if (missing) return call.notMade(missing);
    if (dialling.host !== undefined && !(await hasAddress(dialling.host, signal))) call.ending.unresolved();
    await makeChannel(call, dialling, { endpoint: dialling.endpoint, onMade: () => (isMade = true) }, signal);
    await branchOut(call, dialling, signal);
    await sendInvite(call, call.channelId, signal);
  } catch (error) {
    if (signal.aborted) return;
    call.log.warn({ error: messageOf(error) }, 'dial_failed');
    // Refused by Asterisk there is no channel; else there may be one.
    if (!isMade && error instanceof AriError && error.status >= 400)
      call.notMade(dialling.phone === undefined ? unavailable : absent);
    else call.hangup('failed');
  }
}

/** Makes the call's channel, or another one for it. */
async function makeChannel(
  call: Call,
  dialling: Invitation,
  { channelId = call.channelId, endpoint, onMade }: NewChannel,
  signal: AbortSignal,
): Promise<void> {
  using started = call.expect('StasisStart', ({ channel }) => channel.id === channelId, signal);
  await call.ari.create(
    {
      channelId,
      endpoint,
      appArgs: 'leg',
      ...(dialling.originator === undefined ? {} : { originator: dialling.originator }),
      variables: variablesOf(dialling),
    },
    signal,
  );
  onMade?.();
  if (!(await within(started.event, patience, signal)))
    throw new ActionError('DIAL_FAILED', 'the channel did not come');
}

/** That it has gone out is written down: it goes out once. */
async function sendInvite(call: Call, channelId: string, signal: AbortSignal): Promise<void> {
  await call.ari.dial(channelId, signal);
  call.whereabouts.dialled?.invited(channelId);
  call.writeDown();
}

/** Rings the other phones with the same number too, and sees to redirections. */
async function branchOut(call: Call, dialling: Dialling, signal: AbortSignal): Promise<void> {
  const { phone, makeRoom, redirects = 0 } = dialling;
  const others = phone === undefined ? [] : await otherContacts(call, phone, signal);
  if (others.length === 0 && redirects === 0) return;
  const branches = branchesOf(call, { ...dialling, channels: [{ id: call.channelId, redirects }] });
  for (const endpoint of others) {
    const giveBack = makeRoom?.();
    if (giveBack) branches.open({ endpoint, giveBack }, redirects);
  }
}

function branchesOf(
  call: Call,
  { channels, makeRoom, follow = () => undefined, ...invitation }: DiallingOn & Branched,
): Branches {
  const ring = async (channelId: string, endpoint: string, signal: AbortSignal): Promise<void> => {
    await makeChannel(call, invitation, { channelId, endpoint }, signal);
    await sendInvite(call, channelId, signal);
  };
  const ringing = channels.map(({ id: channelId, redirects }) => {
    const giveBack = channelId === call.channelId ? undefined : makeRoom?.();
    return { channelId, redirectsLeft: redirects, giveBack: giveBack ?? (() => undefined) };
  });
  return new Branches({ call, ring, ringing, follow });
}

/** Asterisk makes no channel to a phone that is not there, and takes that for an error. */
async function whyNot({ ari }: Call, phone: string, signal: AbortSignal): Promise<ChannelEnd | undefined> {
  try {
    if ((await ari.endpoint('PJSIP', phone, signal)).state !== 'offline') return undefined;
    // Asterisk says it a moment after it has answered the REGISTER.
    await sleep(registrationDelay, signal);
    return (await ari.endpoint('PJSIP', phone, signal)).state === 'offline' ? absent : undefined;
  } catch (error) {
    if (error instanceof AriError && error.status === 404) return unknown;
    throw error;
  }
}

/** Asterisk says 503 of a host whose name means nothing, as if somebody had answered; it is dialled all the same: it may know more. */
async function hasAddress(host: string, signal: AbortSignal): Promise<boolean> {
  const found = lookup(host).then(
    () => true,
    () => false,
  );
  return (await within(found, lookupPatience, signal)) ?? true;
}

/** To the callee the caller is the connected line, which is where the From header comes from. */
function variablesOf({ callerId: { number, name }, headers = {} }: Invitation): Record<string, string> {
  const isAnonymous = number === anonymous;
  return {
    // A REFER of the callee's is told us, and not carried out behind our back.
    'PJSIP_TRANSFER_HANDLING()': 'ari-only',
    'CONNECTEDLINE(num,i)': number,
    'CONNECTEDLINE(name,i)': name,
    'CONNECTEDLINE(pres,i)': isAnonymous ? 'prohib' : 'allowed',
    ...(isAnonymous && { 'PJSIP_HEADER(add,Privacy)': 'id' }),
    ...Object.fromEntries(
      Object.entries(headers).map(([header, value]) => [`PJSIP_HEADER(add,${header})`, value]),
    ),
  };
}
