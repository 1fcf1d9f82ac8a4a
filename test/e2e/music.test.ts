import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

/** How each sound that is music here is known. */
const tones = { usual: 500, ordered: 700, queued: 900, room: 1_100, held: 1_300 } as const;
/** What takes the place of one of them. */
const replacement = 1_500;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_HOLD_MUSIC: 'sound:usual' },
  });
  for (const [name, frequency] of Object.entries(tones))
    await upload('POST', `sounds?name=${name}`, frequency);
});
afterEach(() => system.quiet([/music_not_ready/, /web ?socket/i, /orphan_hung_up/]));
afterAll(() => system[Symbol.asyncDispose]());

async function upload(method: 'POST' | 'PUT', path: string, frequency: number): Promise<string> {
  const response = await fetch(`${system.daemon.url}/v1.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}` },
    body: new Uint8Array(wavTone({ frequency, length: 2_000 })),
  });
  expect(response.status, path).toBe(200);
  return ((await response.json()) as { readonly id: string }).id;
}

async function dial(number: string): Promise<OutgoingCall> {
  const call = await (await system.caller()).call(number);
  await call.answered;
  return call;
}

function hears({ heard }: OutgoingCall, frequency: number): Promise<unknown> {
  return until(() => heard.hears(frequency), { what: () => `${frequency} Hz: ${heard.describe()}` });
}

/** How long a tone was heard since. */
function heardFor({ heard }: OutgoingCall, frequency: number, since: number): number {
  return heard
    .sounds()
    .filter((sound) => Math.abs((sound.frequency ?? 0) - frequency) < 20)
    .reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, since)), 0);
}

const room = (id: number, option: object) => ({
  type: 'confbridge_join',
  option: { confbridge_id: `00000000-0000-4000-8000-00000000000${id}`, ...option },
});

/** Whoever dials these hears the sound of that name. */
async function givenNumbers(): Promise<void> {
  const queue = await system.api.post<{ id: string }>('/v1.0/queues', { name: 'q', music: 'sound:queued' });
  expect(queue.status).toBe(200);
  const bob = await system.caller('bob');
  bob.onInvite(async (call) => {
    await answering()(call);
    await call.hold();
  });
  const target = bob.contact.replace(/^sip:/, '');
  const sleep = { type: 'sleep', option: { duration: 60_000 } };
  await system.flowOn('ordered', [{ type: 'moh', option: { music: 'sound:ordered' } }, sleep]);
  await system.flowOn('queued', [{ type: 'queue_join', option: { queue_id: queue.body.id } }]);
  await system.flowOn('room', [room(1, { start_on_enter: false, music: 'sound:room' })]);
  await system.flowOn('usual', [room(2, {})]);
  await system.flowOn('held', [
    { type: 'connect', option: { destinations: [{ type: 'sip', target }], music: 'sound:held' } },
  ]);
}

test('a sound is what they hear who are held or wait, also what was replaced or deleted since, and over a kill', async () => {
  await givenNumbers();
  const names = ['ordered', 'queued', 'room', 'usual', 'held'] as const;
  const calls = new Map<(typeof names)[number], OutgoingCall>();
  for (const name of names) calls.set(name, await dial(name));
  const all = async (): Promise<void> => {
    for (const [name, call] of calls) await hears(call, tones[name]);
  };
  await all();
  const { body } = await system.api.get<{ result: readonly { id: string; name: string }[] }>('/v1.0/sounds');
  const idOf = (name: string): string => body.result.find((sound) => sound.name === name)?.id ?? '';
  await upload('PUT', `sounds/${idOf('queued')}/audio`, replacement);
  await upload('PUT', `sounds/${idOf('usual')}/audio`, replacement);
  expect((await system.api.delete(`/v1.0/sounds/${idOf('room')}?force=true`)).status).toBe(200);
  const second = await dial('queued');
  await hears(second, replacement);
  await all();
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  const since = wallTime();
  await until(() => wallTime() > since + 2_500, { what: 'longer than each of them is' });
  for (const [name, call] of calls)
    expect(heardFor(call, tones[name], since), `${name}: ${call.heard.describe()}`).toBeGreaterThan(2_000);
  await system.restartDaemon();
  for (const name of ['ordered', 'held'] as const) {
    const call = await dial(name);
    await hears(call, tones[name]);
    await call.bye();
  }
  for (const call of [second, ...calls.values()]) await call.bye();
});
