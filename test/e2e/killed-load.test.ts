import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { addressOf } from '../support/call-centre.ts';
import { freePort } from '../support/free-port.ts';
import { MediaServer } from '../support/media-server.ts';
import { CallRejected, type OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

// Calls of every kind come and go while the daemon is killed again and again. Each is told of once, to its end; nothing is left.

const [seconds, callsPerSecond] = isSoak ? [300, 5] : [15, 2];

/** Nobody stays longer, in milliseconds. */
const longest = 12_000;

/** Who dials whom, Asterisk or the daemon. */
const transports = isSoak ? ['websocket', 'inbound'] : ['websocket'];

let system: System;
let files: MediaServer;
let callees: readonly Phone[];
beforeAll(async () => {
  files = await MediaServer.open({ '/tone.wav': { body: wavTone({ length: 400, frequency: 600 }) } });
});
afterAll(() => files?.[Symbol.asyncDispose]());
afterEach(() => system?.[Symbol.asyncDispose]());

async function given(transport: string): Promise<void> {
  system = await System.start({
    env: {
      ARIFLOW_ARI_TRANSPORT: transport,
      ARIFLOW_ARI_LISTEN: `127.0.0.1:${await freePort('tcp')}`,
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_CPS: '1000',
    },
  });
  callees = await Promise.all(['bob', 'agent1', 'agent2', 'agent3'].map(talker));
  await flows();
}

/** Takes every call, and hangs up after a while. */
async function talker(name: string): Promise<Phone> {
  const phone = await system.caller(name);
  phone.onInvite(answering({ ringFor: 200, tone: 1_200, hangUpAfter: 3_000 }));
  return phone;
}

async function made(path: string, fields: object): Promise<string> {
  const { status, body } = await system.api.post<{ id: string }>(`/v1.0/${path}`, fields);
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return body.id;
}

async function flows(): Promise<void> {
  const [bob, ...agents] = callees;
  const tag = crypto.randomUUID();
  for (const [index, agent] of agents.entries())
    await made('agents', { username: `agent${index}`, addresses: [addressOf(agent)], tag_ids: [tag] });
  const queue_id = await made('queues', { name: 'queue', tag_ids: [tag], wait_timeout: 8_000 });
  const confbridge_id = await made('confbridges', {});
  const tone = { id: 'tone', type: 'play', option: { stream_urls: [`${files.url}/tone.wav`] } };
  await system.flowOn('menu', [
    { type: 'answer' },
    { type: 'digits_receive', option: { length: 1, duration: 6_000 } },
    { type: 'branch', option: { default_target_id: 'tone', target_ids: { 1: 'tone' } } },
    tone,
  ]);
  await system.flowOn('record', [
    { type: 'answer' },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'sleep', option: { duration: 4_000 } },
    { type: 'recording_stop' },
    tone,
  ]);
  const destinations = bob && [addressOf(bob)];
  await system.flowOn('connect', [{ type: 'answer' }, { type: 'connect', option: { destinations } }]);
  await system.flowOn('queue', [{ type: 'answer' }, { type: 'queue_join', option: { queue_id } }]);
  await system.flowOn('room', [{ type: 'answer' }, { type: 'confbridge_join', option: { confbridge_id } }]);
}

const numbers = ['menu', 'record', 'connect', 'queue', 'room'];

/** One call, to its end; false where nobody took it. */
async function call(phone: Phone, number: string): Promise<boolean> {
  let made: OutgoingCall | undefined;
  try {
    made = await phone.call(number);
    await made.answered;
    made.tone(700);
    if (number === 'menu') await made.digits('1');
    await Promise.race([made.ended, pause(number === 'room' ? longest / 2 : longest)]);
    await made.close();
    return true;
  } catch (error) {
    if (error instanceof CallRejected) return false;
    throw error;
  }
}

/** Kills the daemon again and again until `isOver`; answers how often. */
async function killing(isOver: () => boolean): Promise<number> {
  let kills = 0;
  for (; !isOver(); kills++) {
    await pause(2_000 + ((kills * 1_237) % 3_000));
    system.daemon.kill('SIGKILL');
    await system.daemon.exited;
    await system.restartDaemon();
  }
  return kills;
}

/** How often each thing was told of by an event, under ids of their own. */
function told(type: string): Map<string, number> {
  const ids = new Map<string, Set<string>>();
  for (const { type: came, data, headers } of system.sink.requests)
    if (came === type)
      ids.set(String(data.id), (ids.get(String(data.id)) ?? new Set()).add(String(headers['webhook-id'])));
  return new Map([...ids].map(([id, { size }]) => [id, size]));
}

const often = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].flatMap(([id, count]) => (count === 1 ? [] : [`${id}: ${count}`]));

test.each(transports)(
  `%s, ${callsPerSecond} calls a second for ${seconds} s under kills: each ends once, its recording is whole, nothing is left`,
  {
    timeout: (seconds + 180) * 1_000,
  },
  async (transport) => {
    await given(transport);
    let isOver = false;
    const kills = killing(() => isOver);
    const calls: Promise<boolean>[] = [];
    const phones = await Promise.all(numbers.map((number) => system.caller(`${number}-caller`)));
    for (let index = 0; index < seconds * callsPerSecond; index++) {
      const which = index % numbers.length;
      calls.push(call(phones[which] as Phone, numbers[which] ?? ''));
      await pause(1_000 / callsPerSecond);
    }
    const taken = (await Promise.all(calls)).filter((isTaken) => isTaken).length;
    isOver = true;
    console.log(`${transport}: ${calls.length} calls, ${taken} taken, ${await kills} kills`);
    const created = () => [...told('call_created').keys()];
    const flowsOf = () => [...told('activeflow_created').keys()];
    await eventually(
      async () =>
        created().every((id) => told('call_hungup').has(id)) &&
        flowsOf().every((id) => told('activeflow_deleted').has(id)),
      {
        timeout: 60_000,
        what: () => `all to end: ${created().filter((id) => !told('call_hungup').has(id))}`,
      },
    );
    for (const type of ['call_created', 'call_hungup', 'activeflow_created', 'activeflow_deleted'])
      expect({ type, notOnce: often(told(type)) }).toEqual({ type, notOnce: [] });
    // A start that takes longer than a caller is kept waiting is one of a slow machine.
    expect(taken).toBeGreaterThan(isBusy ? 0 : calls.length / 2);
    // Who has waited for the end of his flow for long hangs up in the middle of what he hears.
    const always = [/web ?socket/i, /not active/, /orphan/, /action_failed/, /store_/];
    await system.quiet([...always, /Playback failed for/]);
    const recordings = await allRecordings();
    expect(recordings.length).toBeGreaterThan(0);
    // Of four seconds, but for what was cut at either end.
    expect(recordings.filter(({ status, duration }) => status !== 'done' || duration < 3)).toEqual([]);
  },
);

interface Listed {
  readonly status: string;
  readonly duration: number;
}

async function allRecordings(): Promise<Listed[]> {
  const all: Listed[] = [];
  let token = '';
  do {
    const from = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`;
    const path = `/v1.0/recordings?page_size=100${from}`;
    const { body } = await system.api.get<{ result: Listed[]; next_page_token: string }>(path);
    all.push(...body.result);
    token = body.next_page_token;
  } while (token !== '');
  return all;
}
