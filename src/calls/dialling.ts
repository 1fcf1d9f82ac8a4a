import { lookup } from 'node:dns/promises';
import { AriError } from '../ari/transport.ts';
import { now } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import { at, sleep, within } from '../core/wait.ts';
import { anonymous } from './address.ts';
import { Branches, type BranchesOptions } from './branches.ts';
import type { Call } from './call.ts';
import { otherContacts } from './contacts.ts';
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
  const limit = at(now() + dialling.timeout, () => {
    if (!call.isUp) call.hangup('dialout');
  });
  call.scope.defer(() => limit[Symbol.dispose]());
  call.scope.spawn('dial', () => invite(call, dialling, call.hangupSignal));
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
    await call.ari.dial(call.channelId, signal);
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
  dialling: Dialling,
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

/** Rings the other phones with the same number too, and sees to redirections. */
async function branchOut(call: Call, dialling: Dialling, signal: AbortSignal): Promise<void> {
  const { phone, makeRoom, redirects = 0, follow = () => undefined } = dialling;
  const others = phone === undefined ? [] : await otherContacts(call, phone, signal);
  if (others.length === 0 && redirects === 0) return;
  const ring = async (channelId: string, endpoint: string, until: AbortSignal): Promise<void> => {
    await makeChannel(call, dialling, { channelId, endpoint }, until);
    await call.ari.dial(channelId, until);
  };
  const branches = new Branches({ call, ring, redirects, follow });
  for (const endpoint of others) {
    const giveBack = makeRoom?.();
    if (giveBack) branches.open({ endpoint, giveBack }, redirects);
  }
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
function variablesOf({ callerId: { number, name }, headers = {} }: Dialling): Record<string, string> {
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
