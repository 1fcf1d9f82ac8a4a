import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Ari } from '../../src/ari/ari.ts';
import { AriSocket } from '../../src/ari/ari-socket.ts';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { CallRegistry } from '../../src/calls/call-registry.ts';
import { zeroId } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { Activeflows, type ActiveflowsOptions } from '../../src/flows/activeflows.ts';
import { checkFlow } from '../../src/flows/flow.ts';
import { loadActions } from '../../src/flows/load-actions.ts';
import { allocated } from './allocated.ts';
import { NearAsterisk } from './near-asterisk.ts';

const rounds = 5;
const callsARound = 1_000;

interface Cost {
  /** Microseconds of this thread. */
  readonly time: number;
  /** Bytes. */
  readonly space: number;
}

/**
 * What a call of answer, beep and hang-up costs from a frame to a frame, with neither a network nor a store: as a ratio of a client
 * that does the same by hand. They take turns.
 */
export async function benchEngine(): Promise<void> {
  const costs: Cost[][] = [[], []];
  for (let round = 0; round <= rounds; round++)
    for (const [index, serve] of [serveByHand, serveByEngine].entries()) {
      const asterisk = new NearAsterisk();
      await using _ = await serve(asterisk);
      const cost = await costOf(asterisk);
      if (round > 0) costs[index]?.push(cost); // the first one warms
    }
  const [byHand, ours] = costs.map((all) => ({
    time: median(all.map(({ time }) => time)),
    space: median(all.map(({ space }) => space)),
  })) as [Cost, Cost]; // of the two
  console.log(
    `engine: ${ours.time.toFixed(0)} us and ${(ours.space / 1_000).toFixed(0)} kB a call, by hand ${byHand.time.toFixed(0)} us and ${(byHand.space / 1_000).toFixed(0)} kB (${(ours.time / byHand.time).toFixed(1)}x, ${(ours.space / byHand.space).toFixed(1)}x)`,
  );
}

async function costOf(asterisk: NearAsterisk): Promise<Cost> {
  const run = async (): Promise<void> => {
    for (let call = 0; call < callsARound; call++) await asterisk.call();
  };
  const began = process.threadCpuUsage();
  const space = (await allocated(run)) / callsARound;
  const { user, system } = process.threadCpuUsage(began);
  return { time: (user + system) / callsARound, space };
}

/** As few words as it takes. */
async function serveByHand(asterisk: NearAsterisk): Promise<AsyncDisposable> {
  let last = 0;
  const ask = (method: string, uri: string, body?: object): void => {
    const id = String(++last);
    const request = { type: 'RESTRequest', transaction_id: id, request_id: id, method, uri };
    const content = body && { content_type: 'application/json', message_body: JSON.stringify(body) };
    asterisk.send(JSON.stringify({ ...request, ...content }));
  };
  asterisk.on('message', (data: Buffer) => {
    const event = JSON.parse(String(data)) as AriEvent;
    if (event.type === 'StasisStart') ask('POST', `channels/${event.channel.id}/answer`);
    if (event.type === 'ChannelStateChange' && event.channel.state === 'Up')
      ask('POST', `channels/${event.channel.id}/play`, {
        media: ['sound:beep'],
        playbackId: event.channel.id,
      });
    if (event.type === 'PlaybackFinished') ask('DELETE', `channels/${event.playback.id}?reason_code=16`);
  });
  return { [Symbol.asyncDispose]: async () => undefined };
}

async function serveByEngine(asterisk: NearAsterisk): Promise<AsyncDisposable> {
  const catalogue = await loadActions();
  const { actions } = checkFlow([{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }], catalogue);
  const scope = new Scope((error) => console.error(error));
  // As much of both as is used.
  const [socket, stream] = [asterisk as unknown as WebSocket, asterisk as unknown as Duplex];
  const where = { url: '', user: '', password: '', app: 'bench', onClose: () => undefined };
  const onEvent = (event: AriEvent): void => ari.events.dispatch(event);
  const ari: Ari = new Ari('bench', AriSocket.over(socket, stream, { ...where, onEvent }));
  const activeflows = new Activeflows({
    ...{ customerId: zeroId, catalogue, scope, log: silentLog },
    ports: { users: { load: async () => ({}) } } as unknown as ActiveflowsOptions['ports'],
    replies: {} as ActiveflowsOptions['replies'],
    pace: async () => undefined,
    onChange: () => undefined,
    onEvent: () => undefined,
  });
  new CallRegistry({
    ...{ ari, scope, log: silentLog, maxDuration: 3_600_000 },
    onIncoming: (call) => scope.spawn('call', () => activeflows.runOnCall(call, { id: zeroId, actions })),
    onChange: () => undefined,
  });
  return {
    async [Symbol.asyncDispose]() {
      await scope.close();
      asterisk.close();
    },
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
