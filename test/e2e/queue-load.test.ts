import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CallCentre, type TestAgent } from '../support/call-centre.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { Phone } from '../support/phone.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

const duration = isSoak ? 300_000 : 30_000;
const callerCount = isBusy ? 25 : 50;
const agentCount = 5;

let system: System;
let centre: CallCentre;

beforeAll(async () => {
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_CPS: '1000',
      ARIFLOW_API_RATE: '100000',
    },
  });
  centre = new CallCentre(system);
});
afterAll(() => system[Symbol.asyncDispose]());

/** The same sequence for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seed = Math.floor(Math.random() * 2 ** 31);
const random = randomFrom(seed);
const between = (least: number, most: number) => Math.round(least + random() * (most - least));
const chance = (share: number) => random() < share;

/** Takes most calls after a while, some at once, and rejects or ignores the others. */
async function behave(call: IncomingCall): Promise<void> {
  if (chance(0.8)) call.ring();
  if (chance(0.1)) return; // silence
  if (!(await call.wait(between(0, 300)))) return;
  if (chance(0.15)) return call.reject([486, 480, 603, 503][between(0, 3)] ?? 486);
  if (!(await call.answer())) return;
  if (chance(0.8) && (await call.wait(between(0, 1_200)))) await call.bye();
}

interface Tally {
  calls: number;
  gaveUp: number;
}

/** Calls again and again; gives up while waiting or in a talk now and then. */
async function keepCalling(phone: Phone, number: string, tally: Tally, end: number): Promise<void> {
  while (wallTime() < end) {
    tally.calls++;
    const call = await phone.call(number);
    await call.answered;
    if (chance(0.3)) {
      tally.gaveUp++;
      await Promise.race([pause(between(0, 12_000)), call.ended]);
      await call.bye();
    }
    await call.ended;
    await pause(between(0, 500));
  }
}

interface Event {
  readonly moment: string;
  readonly at: number;
  readonly agentId: string;
}

const timeOf = (text: unknown): number => Date.parse(`${String(text)}Z`);

/** What happened to each queuecall, in order. */
function stories(requests: readonly WebhookRequest[]): Map<string, Event[]> {
  const all = new Map<string, Event[]>();
  for (const { type = '', data } of requests) {
    if (!type.startsWith('queuecall_')) continue;
    const moment = type.replace('queuecall_', '');
    const at = timeOf(moment === 'created' ? data.tm_create : data.tm_update);
    const event = { moment, at, agentId: String(data.service_agent_id) };
    const id = String(data.id);
    all.set(id, [...(all.get(id) ?? []), event]);
  }
  return all;
}

/** When agents became available again. */
function returns(requests: readonly WebhookRequest[]): { agentId: string; at: number }[] {
  return requests
    .filter(({ type, data }) => type === 'agent_status_updated' && data.status === 'available')
    .map(({ data }) => ({ agentId: String(data.id), at: timeOf(data.tm_update) }));
}

interface Wait {
  readonly id: string;
  readonly joined: number;
  readonly from: number;
  readonly to: number;
}

/** When each was surely waiting, nobody being rung for it. */
function waits(all: Map<string, Event[]>, back: ReturnType<typeof returns>): Wait[] {
  const found: Wait[] = [];
  for (const [id, events] of all) {
    const joined = events[0]?.at ?? 0;
    for (const [index, { moment, at, agentId }] of events.entries()) {
      const next = events[index + 1];
      const from =
        moment === 'entering' ? back.find((one) => one.agentId === agentId && one.at > at)?.at : at;
      if (next && from !== undefined && from < next.at && ['created', 'entering'].includes(moment))
        found.push({ id, joined, from, to: next.at });
    }
  }
  return found;
}

/** Somebody was rung for one who had come later, while this one had waited and went on waiting. */
function overtaken(all: Map<string, Event[]>, waiting: readonly Wait[]): string[] {
  const slack = 500; // between a hang-up and what it leads to
  return [...all].flatMap(([id, events]) => {
    const joined = events[0]?.at ?? 0;
    return events
      .filter(({ moment }) => moment === 'entering')
      .flatMap(({ at }) =>
        waiting.filter((wait) => wait.joined < joined && wait.from < at - slack && wait.to > at + slack),
      )
      .map((wait) => `${wait.id} was overtaken by ${id}`);
  });
}

/** Calls that came to somebody who had one. */
function callsTwice(calls: readonly IncomingCall[]): string[] {
  const crossing = 500; // a phone that stalls reads an INVITE together with what ends the call before
  return calls.flatMap(({ receivedAt }, index) =>
    calls
      .slice(0, index)
      .map(({ end }) => Math.round((end?.at ?? Number.POSITIVE_INFINITY) - receivedAt))
      .filter((overlap) => overlap > crossing)
      .map((overlap) => `call ${index} came ${overlap} ms before the end of one before`),
  );
}

test(`${callerCount} callers and ${agentCount} agents who do as they please: nobody is lost, nobody stuck, the order is kept`, async () => {
  console.info(`queue: seed ${seed}`);
  const agents: TestAgent[] = [];
  for (let count = 0; count < agentCount; count++) agents.push(await centre.agent(behave));
  const queue = await centre.queue({
    ring_timeout: 1_000,
    retry_delay: 1_000,
    wait_timeout: 15_000,
    service_timeout: 3_000, // of those who would talk for ever
  });
  await system.flowOn('load', [{ type: 'queue_join', option: { queue_id: queue.id } }, { type: 'hangup' }]);
  const tally: Tally = { calls: 0, gaveUp: 0 };
  const end = wallTime() + duration;
  const calling = Array.from({ length: callerCount }, async (_, index) => {
    const phone = await system.caller(`caller${index}`);
    await pause(between(0, 3_000));
    await keepCalling(phone, 'load', tally, end);
  });
  await Promise.all(calling);
  await system.quiet();

  const { requests } = system.sink;
  const ends = () => requests.filter(({ type }) => type === 'activeflow_deleted').length;
  await until(() => ends() === tally.calls, {
    what: () => `${tally.calls} ends (${ends()})`,
    timeout: 30_000,
  });
  const all = stories(requests);
  expect(all.size).toBe(tally.calls);
  for (const events of all.values())
    expect(events.map(({ moment }) => moment).join()).toMatch(
      /^created(,entering)*(,entering,serviced(,kicking)?,done|(,kicking)?,abandoned)$/,
    );
  const outcomes = [...all.values()].map((events) => events.at(-1)?.moment);
  const served = outcomes.filter((moment) => moment === 'done').length;
  expect(served).toBeGreaterThan(duration / 2_000);
  expect(overtaken(all, waits(all, returns(requests)))).toEqual([]);
  for (const { phone } of agents) expect(callsTwice(phone.incoming)).toEqual([]);
  for (const agent of agents) await centre.becomes(agent, 'available');
  for (const agent of agents) expect(agent.phone.complaints).toEqual([]);
  const waited = [...all.values()]
    .filter((events) => events.at(-1)?.moment === 'done')
    .map((events) => (events.find(({ moment }) => moment === 'serviced')?.at ?? 0) - (events[0]?.at ?? 0));
  console.info(
    `queue: ${tally.calls} calls in ${duration / 1_000} s, ${served} served after ${mean(waited)} ms, ${tally.gaveUp} meant to give up`,
  );
  await centre.dismiss(...agents);
}, 480_000);

function mean(numbers: readonly number[]): number {
  return Math.round(numbers.reduce((sum, number) => sum + number, 0) / numbers.length);
}
