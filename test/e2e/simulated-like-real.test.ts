import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daemonAt } from '../../src/commands/daemon-at.ts';
import { loadActions } from '../../src/flows/load-actions.ts';
import type { Party } from '../../src/simulator/caller.ts';
import { Installing } from '../../src/simulator/installing.ts';
import { readDaemon } from '../../src/simulator/reading.ts';
import { simulate } from '../../src/simulator/simulation.ts';
import type { SimulationOptions } from '../../src/simulator/simulation-options.ts';
import { answering, rejecting, ringing } from '../support/answering.ts';
import { ChatServer } from '../support/chat-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { Referee } from '../support/referee.ts';
import { type SimulatedCase, type Surroundings, simulatedCases } from '../support/simulated-cases.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { type WebhookRequest, WebhookSink } from '../support/webhook-sink.ts';

// Each call is made twice, by a phone on a real Asterisk and in the simulator, which reads what there is from the same daemon.

let system: System;
/** The server of the flows. */
let server: WebhookSink;
let chat: ChatServer;
let mediaHost: Socket;
let desk: Phone;
let given: Pick<SimulationOptions, 'catalogue' | 'installation'>;
let cases: Readonly<Record<string, SimulatedCase>>;
/** What became of each real call. */
const made = new Map<string, PromiseSettledResult<Course>>();

/** How many of them go on at once. */
const lanes = 4;

const names = Object.keys(simulatedCases({} as Surroundings)); // which do not depend on what there is

beforeAll(async () => {
  system = await System.start();
  server = await WebhookSink.open();
  chat = await ChatServer.open();
  mediaHost = createSocket('udp4').bind(0, '127.0.0.1');
  await once(mediaHost, 'listening');
  desk = await system.desk('1001');
  await desk.register();
  cases = simulatedCases(await surroundings());
  for (const [name, { actions, replies = {} }] of Object.entries(cases)) {
    await system.flowOn(name, actions);
    for (const [path, { status, body }] of Object.entries(replies))
      server.respondTo((request) => request.path === path, {
        status,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
  }
  const { url } = system.daemon;
  const read = await readDaemon(daemonAt({ ...system.env, ARIFLOW_API_URL: url }));
  const catalogue = await loadActions();
  const installing = new Installing(read.given, catalogue);
  given = { catalogue, installation: installing.installation };
  expect(installing.problems).toEqual([]);
  await makeAll();
});
afterAll(async () => {
  mediaHost.close();
  await chat[Symbol.asyncDispose]();
  await server.close();
  await system[Symbol.asyncDispose]();
});

/** Before anything is simulated, which takes the clock. Those whom others could come between are made in one lane, one after the other. */
async function makeAll(): Promise<void> {
  const isAlone = (name: string): boolean => found(name).isAlone ?? found(name).desk !== undefined;
  const others = names.filter((name) => !isAlone(name));
  const lane = async (next: () => string | undefined): Promise<void> => {
    for (let name = next(); name !== undefined; name = next()) {
      const [course] = await Promise.allSettled([real(name)]);
      made.set(name, course);
    }
  };
  const alone = names.filter(isAlone);
  const rest = Array.from({ length: lanes - 1 }, () => lane(() => others.shift()));
  await Promise.all([lane(() => alone.shift()), ...rest]);
}

async function surroundings(): Promise<Surroundings> {
  const make = async (kind: string, body: object): Promise<string> => {
    const { status, body: made } = await system.api.post<{ id: string }>(`/v1.0/${kind}`, body);
    expect(status).toBe(200);
    return made.id;
  };
  const allDay = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }];
  const [nobody, tag] = ['4b1e9a52-4e0c-4ff3-8c8e-4b1a1d7c0f01', '4b1e9a52-4e0c-4ff3-8c8e-4b1a1d7c0f02'];
  const agent = await make('agents', {
    username: 'ada',
    addresses: [{ type: 'extension', target: '1001' }],
    tag_ids: [tag],
  });
  const callback = await make('flows', {
    name: 'call back',
    actions: [{ id: 'callback', type: 'queue_callback' }],
  });
  return {
    ...{ url: server.url, agent },
    mediaHost: `127.0.0.1:${mediaHost.address().port}`,
    chatbot: await make('chatbots', { name: 'bot', url: chat.url, model: 'small', prompt: 'You count.' }),
    conversation: await conversationWith('1001'),
    callingBack: await make('queues', {
      ...{ name: 'calling back', tag_ids: [nobody], wait_timeout: 1_000 },
      wait_flow_id: callback,
    }),
    emptyQueue: await make('queues', { name: 'empty', tag_ids: [nobody], wait_timeout: 1_000 }),
    queue: await make('queues', { name: 'served', tag_ids: [tag] }),
    mailbox: await make('mailboxes', { name: 'box' }),
    closed: await make('schedules', { name: 'closed', periods: [] }),
    open: await make('schedules', { name: 'open', periods: allDay }),
    conference: await make('conferences', { name: 'meeting' }),
    flow: await make('flows', {
      name: 'stored',
      actions: [{ id: 'stored', type: 'talk', option: { text: 'Stored.' } }],
    }),
  };
}

async function conversationWith(extension: string): Promise<string> {
  const [source, target] = ['2000', extension].map((each) => ({ type: 'extension', target: each }));
  const { body } = await system.api.post<{ targets: readonly { conversation_id: string }[] }>(
    '/v1.0/messages',
    { source, destinations: [target], text: 'Hello.' },
  );
  return body.targets[0]?.conversation_id ?? '';
}

/** What both have in common, or should. */
interface Course {
  readonly actions: readonly string[];
  /** Of the call, in order, and of those that were made for it, in none. */
  readonly events: readonly string[];
  readonly legs: readonly string[];
  readonly requests: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const takes: Readonly<Record<NonNullable<SimulatedCase['desk']>, Party>> = {
  busy: { answers: 'busy' },
  talks: { answers: 'human', after: 300, talks: 800 },
  rings: { answers: 'noanswer' },
};

async function simulated(name: string): Promise<Course> {
  const {
    keys = {},
    hangsUpAt,
    isReferredTo,
    desk: does = isReferredTo,
    answeredBy,
    replies = {},
  } = found(name);
  const presses = Object.values(keys).flat();
  const { steps, variables } = await simulate({
    ...given,
    number: name,
    from: 'test11',
    caller: {
      does: presses.map((press) => ({ press })),
      ...(hangsUpAt !== undefined && { hangupAt: hangsUpAt }),
    },
    parties: does && takes[does],
    answeredBy,
    webhooks: (request) => {
      const { status = 200, body = '' } = replies[new URL(request.url).pathname] ?? {};
      return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    },
  });
  const acted = steps.filter((step) => step.kind === 'action');
  const told = steps.filter((step) => step.kind === 'event') as readonly Told[]; // data of events are objects
  const callId = String(told.find(({ type }) => type === 'call_created')?.data.id);
  return {
    actions: actionsIn(told, callId),
    events: inOrder(
      name,
      told.filter(isOf(callId)).map(({ type }) => String(type)),
    ),
    legs: inAnyOrder(told.filter(isOfLeg(callId))),
    requests: steps
      .filter((step) => step.kind === 'request')
      .filter(({ url }) => url.startsWith(server.url))
      .map(({ method, url, body }) => withoutIds(`${method} ${new URL(url).pathname} ${body}`)),
    variables: acted.some(({ id }) => id === 'end') ? masked(variables) : {},
  };
}

async function real(name: string): Promise<Course> {
  const { keys = {}, hangsUpAt, isReferredTo, desk: does = 'busy' } = found(name);
  if (found(name).desk)
    desk.onInvite(
      { busy: rejecting(486), talks: answering({ ringFor: 300, hangUpAfter: 800 }), rings: ringing }[does],
    );
  const phone = await system.caller();
  const call = await phone.call(name);
  call.answered.catch(() => undefined); // one is refused
  if (isReferredTo) call.referee = new Referee({ notifies: ['SIP/2.0 486 Busy Here'] });
  const callId = await system.callTo(name);
  const at = (id: string, count = 0): Promise<unknown> =>
    until(
      () =>
        system.sink.requests.filter((request) => isStep(callId)(request) && actionOf(request).id === id)[
          count
        ],
      {
        what: `${name} to be at ${id}`,
      },
    );
  for (const [id, presses] of Object.entries(keys)) await press(call, presses, () => at(id));
  if (hangsUpAt !== undefined) {
    await at(hangsUpAt);
    if (found(name).desk === 'rings')
      await system.sink.waitFor(
        ({ type, data }) => type === 'call_ringing' && data.master_call_id === callId,
      );
    await (call.answeredAt === undefined ? call.cancel() : call.bye());
  }
  const isOver = system.history(callId);
  const hasEnd = await Promise.race([at('end').then(() => true), isOver.then(() => false)]);
  const variables = hasEnd ? await variablesOf(callId) : {};
  await isOver;
  // In the dialplan it lives longer than its flow.
  await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === callId);
  const events = system.sink.requests.filter(isOf(callId));
  return {
    actions: actionsIn(events, callId),
    events: inOrder(name, system.sink.types(events)),
    legs: inAnyOrder(system.sink.requests.filter(isOfLeg(callId))),
    requests: server.requests
      .filter(({ path }) => path === `/${name}`)
      .map(({ method, path, rawBody }) => withoutIds(`${method} ${path} ${rawBody}`)),
    variables: masked(variables),
  };
}

/** When the action waits, and he has heard what it says. */
async function press(
  call: OutgoingCall,
  presses: readonly string[],
  reached: () => Promise<unknown>,
): Promise<void> {
  await reached();
  for (const digits of presses) {
    await quietFor(call, 1_200);
    await call.digits(digits, { duration: 100, gap: 100 });
  }
}

/** Nothing was played to him for so long. */
async function quietFor(call: OutgoingCall, ms: number): Promise<void> {
  const began = wallTime();
  await until(() => wallTime() - Math.max(began, ...call.heard.sounds().map(({ to }) => to)) > ms, {
    what: 'silence',
  });
}

/** What the call's flow was at, in order. */
function actionsIn(told: readonly Told[], callId: string): readonly string[] {
  return told.filter(isStep(callId)).map((each) => withoutIds(`${actionOf(each).type} ${actionOf(each).id}`));
}

/** That the call's flow has come to another action. */
function isStep(callId: string): (told: Told) => boolean {
  return ({ type, data }) => type === 'activeflow_updated' && data.reference_id === callId;
}

function actionOf({ data }: Told): { readonly id: string; readonly type: string } {
  return data.current_action as { id: string; type: string }; // of an activeflow
}

async function variablesOf(callId: string): Promise<Readonly<Record<string, string>>> {
  const [created] = system.sink.eventsOf(callId).filter(({ type }) => type === 'activeflow_created');
  const { status, body } = await system.api.get<Record<string, string>>(
    `/v1.0/activeflows/${String(created?.data.id)}/variables`,
  );
  expect(status).toBe(200);
  return body;
}

type Told = Pick<WebhookRequest, 'type' | 'data'>;

/** About a call: its own events, and those that refer to it. */
function isOf(callId: string): (told: Told) => boolean {
  return ({ data }) => [data.id, data.call_id, data.reference_id].includes(callId);
}

/** What is told of different calls has no order. */
function inAnyOrder(told: readonly Told[]): readonly string[] {
  return told.map(({ type }) => String(type)).toSorted();
}

/** As it was told, as far as that is one order. */
function inOrder(name: string, types: readonly string[]): readonly string[] {
  return found(name).hasNoOrder ? types.toSorted() : types;
}

/** About those that were called for it. */
function isOfLeg(callId: string): (told: Told) => boolean {
  return ({ data }) => data.master_call_id === callId;
}

/** What is another each time: ids, links, ports, how long something took, and what led to a verdict. */
function masked(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const same = Object.entries(variables).map(([name, value]): [string, string] => {
    if (/duration|amd\.cause|local_port/.test(name)) return [name, '<number>'];
    return [name, value.startsWith('http') ? '<link>' : withoutIds(value)];
  });
  return Object.fromEntries(same.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function withoutIds(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
}

function found(name: string): SimulatedCase {
  const one = cases[name];
  if (!one) throw new Error(`there is no case ${name}`);
  return one;
}

test.each(names)('%s goes the same way on a real Asterisk and in the simulator', async (name) => {
  const course = made.get(name);
  if (course?.status === 'rejected') throw course.reason;
  expect(await simulated(name)).toEqual(course?.value);
});
