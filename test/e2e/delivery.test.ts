import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { TestPostgres } from '../support/postgres.ts';
import { Relay } from '../support/relay.ts';
import { isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { created, distinct, expectWhole, settled, unfinished } from '../support/told.ts';
import { eventually } from '../support/until.ts';
import { type Behaviour, retryAfter } from '../support/webhook-sink.ts';

const env = {
  ARIFLOW_WEBHOOK_SCHEDULE: Array(20).fill('1s').join(','),
  ARIFLOW_WEBHOOK_HOLD: '1h',
  ARIFLOW_WEBHOOK_TIMEOUT: '1s',
  ARIFLOW_API_RATE: '100000', // the test looks often
};

/** What the receiver does while the daemon is killed, one after the other; `down` refuses connections. */
const moods: readonly (Behaviour | 'down')[] = [
  {},
  { status: 500 },
  { delay: 300 },
  retryAfter(1, 429),
  {},
  { instead: 'reset' },
  { delay: 300 },
  'down',
];

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
}, 300_000);
afterAll(() => postgres.stop());

// Each SIPp that runs ends with us at the latest, by a listener.
process.setMaxListeners(isSoak ? 200 : 50);

const engines = [
  { name: 'SQLite', kills: isSoak ? 100 : 8, more: async () => ({}) },
  {
    name: 'PostgreSQL',
    kills: isSoak ? 50 : 3,
    more: async () => ({ ARIFLOW_DATABASE_URL: await postgres.createDatabase() }),
  },
];

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** All of it, with a receiver that can be down. */
async function givenSystem(more: Readonly<Record<string, string>> = {}) {
  const system = await System.start({ env: { ...env, ...more }, isWatched: false });
  undo.push(() => system[Symbol.asyncDispose]());
  const relay = await Relay.to(Number(new URL(system.sink.url).port));
  undo.push(() => relay[Symbol.asyncDispose]());
  const uri = `http://127.0.0.1:${relay.port}/`;
  expect(await system.api.post('/v1.0/webhooks', { name: 'all', uri })).toMatchObject({ status: 200 });
  await system.flowOn('short', [
    { type: 'answer' },
    { type: 'beep' },
    { type: 'sleep', option: { duration: 300 } },
    { type: 'hangup' },
  ]);
  return { system, relay };
}

for (const { name, kills, more } of engines) {
  test(
    `${kills} kills on ${name} under a stream of calls: each is told of to its end, once and in order`,
    async () => {
      const { system, relay } = await givenSystem(await more());
      const seen = new Set<string>();
      const streams: Promise<unknown>[] = [];
      for (let kill = 0; kill < kills; kill += 1) {
        const mood = moods[kill % moods.length] ?? {};
        if (mood === 'down') await relay.shut();
        else system.sink.respond(mood);
        const enough = 3 + ((kill * 5) % 8); // somewhere else each time
        streams.push(callsTo(system, enough + 8, kills));
        const begun = (await callCount(system, seen)) + enough;
        await eventually(async () => (await callCount(system, seen)) >= begun, {
          timeout: 60_000,
          what: `${enough} more calls`,
        });
        // At any moment: a look at the calls has just brought everything to the disk.
        await pause((kill * 67) % 250);
        system.daemon.kill('SIGKILL');
        await system.daemon.exited;
        await relay.open();
        await system.restartDaemon();
        if (kill % 10 === 9) await Promise.all(streams.splice(0)); // what lost its daemon keeps its ports till then
      }
      system.sink.respond({});
      await Promise.all(streams);
      await settled(system);
      const calls = created(system);
      expect(calls.length).toBeGreaterThan(kills * 3);
      for (const id of calls) expectWhole(system.sink.eventsOf(id), id);
      const { requests } = system.sink;
      console.info(
        `delivery on ${name}: ${kills} kills, ${calls.length} calls, ${requests.length} requests, ${distinct(requests).length} events`,
      );
      expect(await unfinished(system)).toBe(0);
    },
    isSoak ? 1_800_000 : 300_000,
  );
}

/** Calls at eight a second. One that loses its daemon is hung up when kills pause, not earlier. */
function callsTo(system: System, calls: number, kills: number): Promise<unknown> {
  const remote = `127.0.0.1:${system.asterisk.sipPort}`;
  const timeout = kills * 5_000 + 60_000;
  return sipp('answer-and-wait-bye', { remote, number: 'short', calls, rate: 8, timeout });
}

/** How many calls there have been. */
async function callCount(system: System, seen: Set<string>): Promise<number> {
  const { body } = await system.api.get<{ result: { id: string }[] }>('/v1.0/calls?page_size=100');
  for (const { id } of body.result) seen.add(id);
  return seen.size;
}
