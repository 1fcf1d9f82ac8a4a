import type { IdOf } from '../ari/ids.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { ActionCode } from '../core/action-codes.ts';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import { causeOf } from './hangup-cause.ts';
import type { Listener } from './incoming-stream.ts';
import { SideChannel } from './side-channel.ts';

export interface AudioPathOptions {
  readonly id: IdOf;
  /** The path is gone when this is closed. */
  readonly scope: Scope;
  /** What is to be heard at the other end: what the party says, or what it is sent, itself or by whispering; nothing where missing. */
  readonly hears?: 'in' | 'out' | undefined;
  /** Whether what the other end says is to be heard by the party; see `KeepAliveSilence`. */
  readonly speaks: boolean;
  /** Of the audio at the other end, in Asterisk's words. */
  readonly format: string;
  /** Given the id under which Asterisk waits for a WebSocket; the path is open when somebody has connected. */
  readonly connect: (connectionId: string) => Promise<unknown>;
  /** Whether it is somebody else who connects: what he has outlives a daemon that dies. */
  readonly isForOthers?: boolean;
  /** What the action fails with where Asterisk opens no path. */
  readonly failure: { readonly code: ActionCode; readonly message: string };
  /** What hears nothing where the party's stream begins anew and cannot be heard again. */
  readonly what: Listener['what'];
  /** How long it may take until somebody has connected, in milliseconds. */
  readonly patience?: number;
}

/**
 * A way for a call's audio beside the call, which goes on as it is: a snoop hears its party and whispers to it, and is bridged
 * with a channel that carries the audio over a WebSocket. That needs none of Asterisk's RTP ports. Resolves to that channel.
 * @throws ActionError as `failure` says, or `BRIDGE_FAILED`
 */
export async function openAudioPath(call: Call, options: AudioPathOptions): Promise<SideChannel> {
  const { id: idOf, scope, format, connect, failure, patience } = options;
  const { ari } = call;
  const { signal } = scope;
  const bridge = await Bridge.open({ ari, id: idOf('bridge'), scope });
  const media = await SideChannel.open(ari, {
    id: options.isForOthers ? idOf('media') : await freshMediaId(call, idOf),
    scope,
    failure,
    ...(patience === undefined ? {} : { patience }),
    make: async (id) => connect(await orAbort(mediaChannel(call, { id, format, failure, signal }), signal)),
  });
  // Two are enough, as one is gone when the other comes: so whoever goes on with it finds the one there is.
  let number = ari.left.hasChannel(idOf('snoop', 2)) ? 1 : 2;
  const snoop = () => {
    number = 3 - number;
    return snoopInto(bridge, call, { ...options, snoopId: idOf('snoop', number) });
  };
  let snooping = await snoop();
  await bridge.add(media, signal);
  const hearing = call.incoming.keep({
    what: options.what,
    renew: async (meanwhile) => {
      await snooping.scope.close();
      await meanwhile([snooping.channelId]);
      snooping = await snoop();
    },
  });
  scope.defer(() => hearing[Symbol.dispose]());
  return media;
}

/** The snoop that hears and speaks, in the bridge, and its lifetime. */
async function snoopInto(
  bridge: Bridge,
  call: Call,
  options: AudioPathOptions & { readonly snoopId: string },
) {
  const { snoopId, hears, speaks, failure } = options;
  const scope = options.scope.child();
  const { signal } = scope;
  const snoop = await SideChannel.open(call.ari, {
    id: snoopId,
    scope,
    failure,
    make: (id) =>
      call.ari.snoop(
        call.channelId,
        id,
        { ...(hears ? { spy: hears } : {}), ...(speaks ? { whisper: 'out' } : {}) },
        signal,
      ),
  });
  if (hears === 'out') call.whispers.addEar({ channelId: snoop.channelId, scope });
  await bridge.add(snoop, signal);
  return { channelId: snoop.channelId, scope };
}

/** One that was left behind is of no use: its WebSocket died with the daemon that had opened it. It is not waited for. */
async function freshMediaId({ ari, log }: Call, idOf: IdOf): Promise<string> {
  for (let number = 1; ; number++) {
    const id = number === 1 ? idOf('media') : idOf('media', number);
    if (!ari.left.channel(id)) return id;
    await ignoreGone(ari.hangup(id, causeOf('normal'))).catch((error: unknown) =>
      log.debug({ channel: id, error: String(error) }, 'media_channel_left'),
    );
  }
}

interface MediaChannel extends Pick<AudioPathOptions, 'format' | 'failure'> {
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a channel that waits for its WebSocket; resolves to the id of the connection. The request is seen through to its
 * answer: a channel that was hung up before it was made would wait for ever, and nobody is told of it before it is connected.
 */
async function mediaChannel({ ari }: Call, { id, format, failure, signal }: MediaChannel): Promise<string> {
  const channel = {
    channelId: id,
    encapsulation: 'none',
    transport: 'websocket',
    connectionType: 'server',
  } as const;
  let variables: Readonly<Record<string, unknown>> | undefined;
  try {
    variables = (await ari.externalMedia({ ...channel, format })).channelvars;
  } finally {
    if (signal.aborted) await ignoreGone(ari.hangup(id, causeOf('normal'))).catch(() => undefined);
  }
  const connectionId = variables?.MEDIA_WEBSOCKET_CONNECTION_ID;
  if (typeof connectionId === 'string' && /^[\w-]+$/.test(connectionId)) return connectionId;
  throw new ActionError(failure.code, 'Asterisk named no connection for the audio');
}
