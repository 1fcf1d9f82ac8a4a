import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import { addressOf } from '../support/call-centre.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { type Around, goodTone, taking, type WaitingCall, waitingCalls } from '../support/waiting-calls.ts';
import { wallTime } from '../support/wall-time.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// Every action that waits, on a call each, all at once; the daemon is killed, and another one starts. Nobody is to notice.

/** How long after all have come to where they wait the daemon is killed, in milliseconds. */
const moments = isSoak ? [0, 50, 1_000, 4_000] : [50, 4_000];

let system: System;
let files: MediaServer;
let server: WebhookSink;
beforeAll(async () => {
  files = await MediaServer.open({
    '/good.wav': { body: wavTone({ length: 1_500, frequency: goodTone }) },
    '/long.wav': { body: wavTone({ length: 18_000, frequency: 440 }) },
    '/last.wav': { body: wavTone({ length: 1_500, frequency: 520 }) },
  });
  server = await WebhookSink.open();
  server.respondTo(({ path }) => path === '/slow', { body: '{"answer": "yes"}', delay: 9_000 });
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await files?.[Symbol.asyncDispose]();
  await server?.close();
});

async function made(path: string, fields: object): Promise<string> {
  const { status, body } = await system.api.post<{ id: string }>(`/v1.0/${path}`, fields);
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return body.id;
}

interface Begun {
  readonly waiting: WaitingCall;
  readonly call: OutgoingCall;
  readonly callId: string;
}

let round = 0;

/** Everybody calls, and comes to where he waits. */
async function everybody(): Promise<readonly Begun[]> {
  round++;
  const phone = async (name: string, ringFor: number) => {
    const opened = await system.caller(`${name}${round}`);
    opened.onInvite(taking(ringFor));
    return opened;
  };
  const [callee, slow, agent] = [
    await phone('callee', 100),
    await phone('slow', 14_000),
    await phone('agent', 100),
  ];
  const tag = crypto.randomUUID();
  await made('agents', { username: `agent${round}`, addresses: [addressOf(agent)], tag_ids: [tag] });
  const confbridge = await made('confbridges', {});
  const room = `room${round}`;
  await system.flowOn(room, [{ type: 'confbridge_join', option: { confbridge_id: confbridge } }]);
  const sitting = await (await system.caller(`sitting${round}`)).call(room);
  await sitting.answered;
  sitting.tone(1_000);
  const around: Around = {
    ...{ system, files, server, confbridge, callee, slow, agent },
    queues: {
      empty: await made('queues', { name: 'empty', wait_timeout: 14_000, tag_ids: [crypto.randomUUID()] }),
      staffed: await made('queues', { name: 'staffed', tag_ids: [tag] }),
    },
    sitting: () => sitting,
  };
  return Promise.all(waitingCalls(around).map((waiting, index) => begun(waiting, `${round}-${index}`)));
}

async function begun(waiting: WaitingCall, number: string): Promise<Begun> {
  await system.flowOn(number, [
    { type: 'answer' },
    ...waiting.actions,
    { id: 'good', type: 'play', option: { stream_urls: [`${files.url}/good.wav`] } },
    { id: 'wrong', type: 'hangup' },
  ]);
  const call = await (await system.caller(`caller${number}`)).call(number);
  await call.answered;
  const callId = await system.callTo(number);
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === callId &&
      (data.current_action as { id: string }).id === 'it', // of an activeflow
    { timeout: 60_000 },
  );
  await waiting.begin?.(call);
  return { waiting, call, callId };
}

/** It goes on and ends as it should; answers the types of what was told of it. */
async function over({ waiting, call, callId }: Begun, from: number): Promise<readonly string[]> {
  expect(call.isEnded, `${waiting.what} is still there`).toBe(false);
  await waiting.finish?.(call);
  await until(() => call.heard.firstSoundAt(from) !== undefined && call.heard.hears(goodTone), {
    what: () => `${waiting.what} to go on: ${call.heard.describe()}`,
    timeout: 60_000,
  });
  expect(await call.ended).toMatchObject({ by: 'them' });
  const types = await system.history(callId);
  waiting.once?.();
  return types.toSorted();
}

const undisturbed = new Map<string, readonly string[]>();
const passed = new Map<string, Set<number>>();

test('undisturbed, each goes on to its end', { timeout: 180_000 }, async () => {
  const all = await everybody();
  const from = wallTime();
  const types = await Promise.all(all.map((one) => over(one, from)));
  for (const [index, { waiting }] of all.entries()) undisturbed.set(waiting.what, types[index] ?? []);
  await system.quiet();
});

test.each(moments)(
  '%d ms after all have come there the daemon is killed: nobody notices',
  {
    timeout: 240_000,
  },
  async (moment) => {
    const all = await everybody();
    await pause(moment);
    system.daemon.kill('SIGKILL');
    await system.daemon.exited;
    const from = wallTime();
    await system.restartDaemon();
    const ends = await Promise.allSettled(all.map((one) => over(one, from)));
    const failures = ends.flatMap((end, index) => {
      const { waiting } = all[index] as Begun;
      if (end.status === 'rejected') return [`${waiting.what}: ${String(end.reason)}`];
      const before = undisturbed.get(waiting.what);
      if (JSON.stringify(end.value) !== JSON.stringify(before))
        return [`${waiting.what}: told ${end.value.join(' ')}; undisturbed ${before?.join(' ')}`];
      passed.set(waiting.what, (passed.get(waiting.what) ?? new Set()).add(moment));
      return [];
    });
    expect(failures).toEqual([]);
    await system.quiet([/web ?socket/i]);
  },
);

const page = join(import.meta.dirname, '..', '..', 'docs', 'survival.md');
const [begin, end] = ['<!-- what passes -->', '<!-- /what passes -->'];

test('the page says so', () => {
  const rows = [...passed].map(
    ([what, when]) => `| ${what} | ${when.size === moments.length ? 'goes on' : 'does not'} |`,
  );
  const table = ['| the daemon is killed while a call is at | the call |', '|---|---|', ...rows].join('\n');
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const after = rest.split(end)[1] ?? '';
  const now = `${before}${begin}\n\n${table}\n\n${end}${after}`;
  if (process.env.ARIFLOW_WRITE_DOCS) writeFileSync(page, now);
  expect(text).toBe(now);
});
