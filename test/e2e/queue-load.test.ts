import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CallCentre, type TestAgent } from '../support/call-centre.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

const duration = isSoak ? 300_000 : 20_000;
const callerCount = isBusy ? 25 : 50;
const agentCount = isSoak ? 10 : 5;
/** Of the callers, with phones that are registered: they ask to be called back. */
const desks = ['1001', '1002', '1003', '1004'];

let system: System;
let centre: CallCentre;

beforeAll(async () => {
  system = await System.start({
    isWatched: false,
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_CPS: '1000',
      ARIFLOW_API_RATE: '100000',
      // It may take a while to answer, and what it has taken is not to come again.
      ARIFLOW_WEBHOOK_TIMEOUT: '60s',
    },
  });
  // Of what happens no more than is looked at: it is a lot for one process that is all these phones too.
  const event_types = ['queuecall_*', 'agent_status_updated', 'activeflow_deleted'];
  const wanted = { name: 'some', uri: system.sink.url, event_types };
  expect((await system.api.post('/v1.0/webhooks', wanted)).status).toBe(200);
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

/** What was done, and whether anybody may call just now. */
class Tally {
  calls = 0;
  gaveUp = 0;
  #open: Promise<void> = Promise.resolve();
  #beginning = 0;

  /** Calls, and is answered. */
  async begin(phone: Phone, number: string): Promise<OutgoingCall> {
    await this.#open;
    this.calls++;
    this.#beginning++;
    const call = await phone.call(number);
    await call.answered;
    this.#beginning--;
    return call;
  }

  /** While nobody begins a call. */
  async between(work: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    await until(() => this.#beginning === 0, { what: () => `${this.#beginning} calls to be answered` });
    await work();
    resolve();
  }
}

/** Calls again and again; gives up while waiting or in a talk now and then. */
async function keepCalling(phone: Phone, number: string, tally: Tally, end: number): Promise<void> {
  while (wallTime() < end) {
    const call = await tally.begin(phone, number);
    if (chance(0.3)) {
      tally.gaveUp++;
      await Promise.race([pause(between(0, 12_000)), call.ended]);
      await call.bye();
    }
    await call.ended;
    await pause(between(0, 500));
  }
}

/** Asks to be called back, and takes the call mostly; asks again when that has come to an end. */
async function keepAsking(phone: Phone, number: string, tally: Tally, end: number): Promise<void> {
  phone.onInvite(async (call) => {
    call.ring();
    await call.wait(between(0, 500));
    if (chance(0.2)) call.reject(486);
    else await call.answer();
  });
  const isHis = ({ data }: WebhookRequest) => data.callback_target === phone.user;
  const ids = (...moments: string[]) => {
    const those = told().filter((request) => isHis(request) && moments.includes(momentOf(request)));
    return new Set(those.map(({ data }) => data.id));
  };
  while (wallTime() < end) {
    const call = await tally.begin(phone, number);
    await Promise.race([pause(between(0, 1_000)), call.ended]);
    if (!call.isEnded) await call.digits('1');
    await Promise.race([pause(1_000), call.ended]);
    await call.bye();
    await pause(500);
    const isOver = () => ids('callback').size === ids('done', 'abandoned').size;
    const story = () => {
      const [asked, over] = [ids('callback'), ids('done', 'abandoned')];
      return told()
        .filter(({ data: { id } }) => asked.has(id) !== over.has(id))
        .map(
          (request) =>
            `${momentOf(request)} ${String(request.data.id).slice(0, 4)} ${request.data.tm_update}`,
        )
        .join('; ');
    };
    await eventually(async () => isOver(), {
      what: () => `the end of what ${phone.user} has asked for: ${story()}`,
      timeout: 90_000,
    });
  }
}

/** What has come of queuecalls, each once: what was under way in a kill comes again, under the same id. */
function told(): WebhookRequest[] {
  const those = system.sink.requests.filter(({ type = '' }) => type.startsWith('queuecall_'));
  return [...new Map(those.map((request) => [request.headers['webhook-id'], request])).values()];
}

const momentOf = ({ type = '' }: WebhookRequest) => type.replace('queuecall_', '');

interface Event {
  readonly moment: string;
  /** To the microsecond. */
  readonly time: string;
  readonly at: number;
  readonly agentId: string;
}

const timeOf = (text: unknown): number => Date.parse(`${String(text)}Z`);

/** What happened to each queuecall, in order: webhooks keep that of each call, and who is called back is another one. */
function stories(requests: readonly WebhookRequest[]): Map<string, Event[]> {
  const all = new Map<string, Event[]>();
  for (const request of requests) {
    const { data } = request;
    const moment = momentOf(request);
    const time = String(moment === 'created' ? data.tm_create : data.tm_update);
    const event = { moment, time, at: timeOf(time), agentId: String(data.service_agent_id) };
    const id = String(data.id);
    all.set(id, [...(all.get(id) ?? []), event]);
  }
  for (const events of all.values()) events.sort((one, other) => one.time.localeCompare(other.time));
  return all;
}

/** When agents became available again. */
function returns(requests: readonly WebhookRequest[]): { agentId: string; at: number }[] {
  return requests
    .filter(({ type, data }) => type === 'agent_status_updated' && data.status === 'available')
    .map(({ data }) => ({ agentId: String(data.id), at: timeOf(data.tm_update) }));
}

/** The daemon dies, and another one goes on. */
async function killed(): Promise<void> {
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
}

/** What Asterisk and the next daemon say of that. */
const ofKill = isSoak
  ? [
      /Playback failed for sound/,
      /agent_not_rung/,
      /orphan_/,
      /Web socket closed abruptly/,
      /Error reading from web socket/,
      /WebSocket read error/,
    ]
  : [];

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
      if (
        next &&
        from !== undefined &&
        from < next.at &&
        ['created', 'callback', 'entering'].includes(moment)
      )
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
      .map(({ end, hungUpAt }) => ({
        overlap: Math.round((hungUpAt ?? end?.at ?? Number.POSITIVE_INFINITY) - receivedAt),
        how: `${end?.how} by ${end?.by}`,
      }))
      .filter(({ overlap }) => overlap > crossing)
      .map(
        ({ overlap, how }) =>
          `call ${index} of ${calls.length} came ${overlap} ms before the end of one before (${how})`,
      ),
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
    callback: { key: '1', accepted: '', tries: 3, retry_delay: 1_000, ring_timeout: 3_000, timeout: 60_000 },
  });
  await system.flowOn('load', [{ type: 'queue_join', option: { queue_id: queue.id } }, { type: 'hangup' }]);
  const tally = new Tally();
  const asking: Phone[] = [];
  const end = wallTime() + duration;
  const calling = Array.from({ length: callerCount }, async (_, index) => {
    const desk = desks[index];
    const phone = desk ? await system.desk(desk) : await system.caller(`caller${index}`);
    if (desk) {
      asking.push(phone);
      await phone.register({ expires: 3_600 });
    }
    await pause(between(0, 3_000));
    // Who asks last has time to be called back.
    if (desk) await keepAsking(phone, 'load', tally, end - 8_000);
    else await keepCalling(phone, 'load', tally, end);
  });
  if (isSoak) {
    await pause(duration / 2);
    await tally.between(killed);
  }
  await Promise.all(calling);
  await system.quiet(ofKill);

  const { requests } = system.sink;
  const made = () => told().filter((request) => momentOf(request) === 'calling').length;
  const ends = () =>
    new Set(requests.flatMap(({ type, data }) => (type === 'activeflow_deleted' ? [data.id] : []))).size;
  await until(() => ends() === tally.calls + made(), {
    what: () => `${tally.calls} + ${made()} ends (${ends()})`,
    timeout: 30_000,
  });
  const all = stories(told());
  expect(all.size).toBe(tally.calls);
  for (const events of all.values())
    expect(events.map(({ moment }) => moment).join()).toMatch(
      /^created(,entering)*(,callback(,entering(,calling)?)*)?(,serviced(,kicking)?,done|(,kicking)?,abandoned)$/,
    );
  const outcomes = [...all.values()].map((events) => events.at(-1)?.moment);
  const served = outcomes.filter((moment) => moment === 'done').length;
  expect(served).toBeGreaterThan(duration / 2_000);
  expect(overtaken(all, waits(all, returns(requests)))).toEqual([]);
  for (const { phone } of agents) expect(callsTwice(phone.incoming)).toEqual([]);
  for (const phone of asking) {
    expect(callsTwice(phone.incoming)).toEqual([]);
    const tries = told().filter(
      (request) => momentOf(request) === 'calling' && request.data.callback_target === phone.user,
    );
    expect(phone.incoming).toHaveLength(tries.length);
  }
  for (const agent of agents) await centre.becomes(agent, 'available');
  for (const agent of agents) expect(agent.phone.complaints).toEqual([]);
  const waited = [...all.values()]
    .filter((events) => events.at(-1)?.moment === 'done')
    .map((events) => (events.find(({ moment }) => moment === 'serviced')?.at ?? 0) - (events[0]?.at ?? 0));
  console.info(
    `queue: ${made()} calls back, ${tally.calls} calls in ${duration / 1_000} s, ${served} served after ${mean(waited)} ms, ${tally.gaveUp} meant to give up`,
  );
  await centre.dismiss(...agents);
}, 480_000);

function mean(numbers: readonly number[]): number {
  return Math.round(numbers.reduce((sum, number) => sum + number, 0) / numbers.length);
}
