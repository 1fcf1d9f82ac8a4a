import { lookup } from 'node:dns/promises';
import { AriError } from '../ari/transport.ts';
import { now } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import { at, within } from '../core/wait.ts';
import { anonymous } from './address.ts';
import { Branches, type BranchesOptions } from './branches.ts';
import type { Call } from './call.ts';
import { otherContacts } from './contacts.ts';
import { Dialled, type DialState } from './dialled.ts';
import type { ChannelEnd } from './hangup-cause.ts';
import { showTrunk } from './trunk-endpoint.ts';
import type { Way } from './way.ts';
import type { Ways } from './ways.ts';
import { endWithoutMedia } from './without-media.ts';

/** How an outgoing call is made. */
export interface Dialling {
  /** A dial string of Asterisk's, made by us. */
  readonly endpoint: string;
  /** The way by which it is there, where more is to be said of that. */
  readonly way?: Way | undefined;
  /** Where it leads instead, one way after the other: of a phone that registers with us, and of telephone numbers. */
  readonly ways?: Ways | undefined;
  /** Whether it is a phone that registers with us. */
  readonly isPhone?: boolean;
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
  /** Told what kept it from being dialled, where that is known. */
  readonly onFailed?: ((error: ActionError) => void) | undefined;
}

/** What goes on being needed of that, whatever else is stored of the call. */
export interface DiallingOn extends Pick<Dialling, 'originator' | 'makeRoom' | 'follow' | 'ways'> {
  /** What was taken for the channel that the call has. */
  readonly giveBack?: () => void;
}

/** What each of its INVITEs says. */
type Invitation = Pick<Dialling, 'callerId' | 'headers' | 'originator'>;

interface Branched extends Invitation {
  readonly channels: readonly (Pick<DialState['channels'][number], 'id' | 'redirects'> & {
    readonly giveBack?: () => void;
  })[];
}

interface NewChannel {
  /** The call's own unless given. */
  readonly channelId?: string;
  readonly way: Pick<Way, 'endpoint' | 'headers' | 'callerNumber'>;
  readonly onMade?: () => void;
}

/** How long Asterisk may take to make the channel. */
const patience = 5_000;

/** 20 is "subscriber absent", 34 "no circuit available". */
const absent = { cause: 20 };
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
  const { callerId, headers, until } = left;
  const { giveBack } = more;
  const channels = left.channels.map((each) =>
    each.id === call.channelId && giveBack ? { ...each, giveBack } : each,
  );
  call.whereabouts.dialled = new Dialled(left);
  const isPlain = channels.every(({ id, redirects }) => id === call.channelId && redirects === 0);
  const branches =
    isPlain && !more.ways?.mayGoOn ? undefined : branchesOf(call, { ...more, callerId, headers, channels });
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
    const { ways, endpoint } = dialling;
    const way: Way | ChannelEnd = ways?.first
      ? await ways.first(call, signal)
      : (dialling.way ?? { endpoint, giveBack: () => undefined });
    if (!('endpoint' in way)) return call.ended(way);
    call.scope.defer(way.giveBack);
    showTrunk(call, way);
    if (dialling.host !== undefined && !(await hasAddress(dialling.host, signal))) call.ending.unresolved();
    await makeChannel(call, dialling, { way, onMade: () => (isMade = true) }, signal);
    await branchOut(call, dialling, way, signal);
    await sendInvite(call, call.channelId, signal);
  } catch (error) {
    if (signal.aborted) return;
    call.log.warn({ error: messageOf(error) }, 'dial_failed');
    if (error instanceof ActionError) dialling.onFailed?.(error);
    // Refused by Asterisk there is no channel; else there may be one.
    if (!isMade && error instanceof AriError && error.status >= 400)
      call.ended(dialling.isPhone ? absent : unavailable);
    else call.hangup('failed');
  }
}

/** Makes the call's channel, or another one for it. */
async function makeChannel(
  call: Call,
  dialling: Invitation,
  { channelId = call.channelId, way, onMade }: NewChannel,
  signal: AbortSignal,
): Promise<void> {
  using started = call.expect('StasisStart', ({ channel }) => channel.id === channelId, signal);
  await call.ari.create(
    {
      channelId,
      endpoint: way.endpoint,
      appArgs: 'leg',
      ...(dialling.originator === undefined ? {} : { originator: dialling.originator }),
      variables: variablesOf(dialling, way),
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

/** Rings the other phones with the same number too, and sees to redirections and to who does not take the call. */
async function branchOut(
  call: Call,
  dialling: Dialling,
  { phone, headers = {}, giveBack: end }: Pick<Way, 'phone' | 'headers' | 'giveBack'>,
  signal: AbortSignal,
): Promise<void> {
  const { makeRoom, redirects = 0, ways } = dialling;
  const { channelId } = call;
  const others = phone === undefined ? [] : await otherContacts(call, { channelId, phone }, signal);
  if (others.length === 0 && redirects === 0 && !ways?.mayGoOn) return;
  const branches = branchesOf(call, { ...dialling, channels: [{ id: channelId, redirects, giveBack: end }] });
  for (const endpoint of others) {
    const giveBack = makeRoom?.();
    if (giveBack) branches.open({ endpoint, giveBack, headers }, redirects);
  }
}

function branchesOf(
  call: Call,
  { channels, makeRoom, follow = () => undefined, ways, ...invitation }: DiallingOn & Branched,
): Branches {
  const ring = async (channelId: string, way: Way, signal: AbortSignal): Promise<void> => {
    await makeChannel(call, invitation, { channelId, way }, signal);
    const { phone, headers = {} } = way;
    const others = phone === undefined ? [] : await otherContacts(call, { channelId, phone }, signal);
    for (const endpoint of others) {
      const giveBack = makeRoom?.();
      if (giveBack) branches.open({ endpoint, giveBack, headers }, 0);
    }
    await sendInvite(call, channelId, signal);
  };
  const ringing = channels.map(({ id: channelId, redirects, giveBack: end }) => {
    const giveBack = channelId === call.channelId ? end : makeRoom?.();
    return { channelId, redirectsLeft: redirects, giveBack: giveBack ?? (() => undefined) };
  });
  const branches: Branches = new Branches({ call, ring, ringing, follow, ways });
  return branches;
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
function variablesOf({ callerId, headers }: Invitation, way: NewChannel['way']): Record<string, string> {
  const { name } = callerId;
  const number = way.callerNumber ?? callerId.number;
  const isAnonymous = number === anonymous;
  return {
    // A REFER of the callee's is told us, and not carried out behind our back.
    'PJSIP_TRANSFER_HANDLING()': 'ari-only',
    'CONNECTEDLINE(num,i)': number,
    'CONNECTEDLINE(name,i)': name,
    'CONNECTEDLINE(pres,i)': isAnonymous ? 'prohib' : 'allowed',
    ...(isAnonymous && { 'PJSIP_HEADER(add,Privacy)': 'id' }),
    ...Object.fromEntries(
      Object.entries({ ...headers, ...way.headers }).map(([header, value]) => [
        `PJSIP_HEADER(add,${header})`,
        value,
      ]),
    ),
  };
}
