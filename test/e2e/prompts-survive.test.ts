import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import { freePort } from '../support/free-port.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// The daemon is killed while callers hear something, press keys, are judged, or wait for a server: each goes on where it was.

let systems: Readonly<Record<'websocket' | 'inbound', System>>;
let system: System;
let server: MediaServer;
let asked: WebhookSink;

const tones = [500, 700, 900];

beforeAll(async () => {
  const length = 2_000;
  server = await MediaServer.open({
    ...Object.fromEntries(
      tones.map((frequency) => [`/${frequency}.wav`, { body: wavTone({ length, frequency }) }]),
    ),
    '/long.wav': { body: wavTone({ length: 7_500, frequency: 1_100 }) },
  });
  asked = await WebhookSink.open();
  const inbound = {
    ARIFLOW_ARI_TRANSPORT: 'inbound',
    ARIFLOW_ARI_LISTEN: `127.0.0.1:${await freePort('tcp')}`,
  };
  systems = { websocket: await System.start(), inbound: await System.start({ env: inbound }) };
});
/** What Asterisk says of a daemon that is gone. */
const expected = [/[Ww]eb ?[Ss]ocket/, /Stasis app '\w+' not active/, /ariflow-inbound/, /[Qq]ueued/];
afterEach(() => system.quiet([/Playback failed for sound/, ...expected]));
afterAll(async () => {
  for (const each of Object.values(systems)) await each[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await asked.close();
});

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
  readonly answeredAt: number;
}

let lastNumber = 700;

async function givenCall(...actions: readonly object[]): Promise<Given> {
  const number = String(++lastNumber);
  const idle = { id: 'idle', type: 'sleep', option: { duration: 60_000 } };
  await system.flowOn(number, [{ type: 'answer' }, ...actions, idle]);
  const call = await (await system.caller()).call(number);
  await call.answered;
  const answeredAt = wallTime();
  return { call, callId: await system.callTo(number), answeredAt };
}

const play = (names: readonly (string | number)[]) => ({
  type: 'play',
  option: { stream_urls: names.map((name) => `${server.url}/${name}.wav`) },
});

/** The tones a phone has heard one after the other, and how long each in all, in seconds. */
function heard({ call }: Given, from?: number): [number, number][] {
  const lengths = new Map<number, number>();
  for (const { from: began, to, frequency = 0 } of call.heard.sounds(from)) {
    const near = [...tones, 1_100].find((each) => Math.abs(each - frequency) <= 20);
    if (near !== undefined) lengths.set(near, (lengths.get(near) ?? 0) + to - began);
  }
  return [...lengths].map(([frequency, ms]) => [frequency, Math.round(ms / 500) / 2]);
}

const eventsOf = (type: string, { callId }: Given) =>
  system.sink.eventsOf(callId).filter((event) => event.type === type);

async function isAt(action: string, { callId }: Given): Promise<void> {
  const isThere = () =>
    system.sink.eventsOf(callId).findLast(({ type }) => type === 'activeflow_updated')?.data.current_action;
  await until(() => (isThere() as { id?: string } | undefined)?.id === action, {
    what: `a flow at ${action}`,
  });
}

async function end({ call, callId }: Given): Promise<void> {
  await call.bye();
  const types = await system.history(callId);
  expect(types.filter((type) => ['call_hungup', 'activeflow_deleted'].includes(type))).toHaveLength(2);
}

test.each(['websocket', 'inbound'] as const)(
  'what is heard, typed, judged and asked goes on, and nothing comes twice: %s',
  async (transport) => {
    system = systems[transport];
    const before = asked.requests.length;
    asked.respond({ delay: 4_000, body: '{}' });
    const [list, long, typing, slow, early, sending, waiting, held] = await Promise.all([
      givenCall(play(tones)),
      givenCall(play(['long'])),
      givenCall({ type: 'digits_receive', option: { duration: 30_000, length: 4 } }),
      givenCall({ type: 'amd', option: { initial_silence: 7_000, total_analysis_time: 9_000 } }),
      givenCall({ type: 'amd', option: { initial_silence: 3_800 } }),
      givenCall({ type: 'digits_send', option: { digits: '1234567890', duration: 400, interval: 400 } }),
      givenCall({ type: 'webhook_send', option: { uri: asked.url, sync: true, hold_music: true } }),
      givenCall(play([500])),
    ]);
    await typing.call.digits('12');
    await held.call.hold('sendonly');
    const { answeredAt } = list;
    await until(() => wallTime() - answeredAt > 3_000, { what: 'the second tone' });
    system.daemon.kill('SIGKILL');
    await system.daemon.exited;
    // Keys are lost only where Asterisk does not keep what it has to tell.
    if (transport === 'inbound') await typing.call.digits('34');
    await until(() => wallTime() - answeredAt > 4_500, { what: 'a verdict that nobody hears' });
    await system.restartDaemon();
    await held.call.unhold();
    if (transport === 'websocket') await typing.call.digits('34');
    await isAt('idle', typing);
    expect(eventsOf('digits_received', typing)).toMatchObject([{ data: { digits: '1234' } }]);
    await isAt('idle', early);
    expect(eventsOf('amd_finished', early)).toMatchObject([{ data: { cause: 'INITIALSILENCE-3800-3800' } }]);
    await isAt('idle', list);
    expect(heard(list)).toEqual(tones.map((frequency) => [frequency, 2]));
    await isAt('idle', held);
    expect(heard(held)).toMatchObject([[500, expect.any(Number)]]);
    await isAt('idle', sending);
    expect(sending.call.heard.digitString).toBe('1234567890');
    await isAt('idle', slow);
    expect(eventsOf('amd_finished', slow)).toMatchObject([{ data: { cause: 'INITIALSILENCE-7000-7000' } }]);
    await isAt('idle', long);
    expect(heard(long)).toEqual([[1_100, 7.5]]);
    await isAt('idle', waiting);
    expect(new Set(asked.requests.slice(before).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const given of [list, long, typing, slow, early, sending, waiting, held]) await end(given);
  },
);
