import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Portions } from '../../../src/api/event-portions.ts';
import { type Reading, readEvents } from '../../../src/api/event-reader.ts';
import { LiveEvents } from '../../../src/news/live-events.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { type EventReader, readingEvents } from '../../support/event-reader.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';
import { until } from '../../support/until.ts';

const reading = (url: string, query = '', headers: Record<string, string> = {}): Promise<EventReader> =>
  readingEvents(`${url}/v1.0/events/stream${query}`, { authorization: `Bearer ${token}`, ...headers });

const typesOf = ({ told }: EventReader): string[] => told().map(({ type }) => type);

async function listening(): Promise<ApiFixture & { url: string }> {
  const given = await givenApi();
  return Object.assign(given, { url: await given.api.listen({ host: '127.0.0.1', port: 0 }) });
}

const tells = (given: ApiFixture, data = givenCall(), type = 'call_created') => {
  recordCall(given.recorder, data, { event: { type: type as 'call_created', data }, lane: data.id });
  return data;
};

test('what happens is read as it happens, in the JSON of webhooks', async () => {
  await using given = await listening();
  tells(given); // before anybody looks
  await using reader = await reading(given.url);
  expect(reader.headers.get('content-type')).toBe('text/event-stream');
  expect(reader.headers.get('transfer-encoding')).toBeNull(); // for many it is written once
  await until(() => reader.events.length === 1);
  const call = tells(given);
  tells(given, call, 'call_hungup');
  await until(() => reader.events.length === 3);
  expect(typesOf(reader)).toEqual(['call_created', 'call_hungup']);
  expect(JSON.parse(reader.events[1]?.data ?? '')).toEqual({
    type: 'call_created',
    data: JSON.parse(JSON.stringify(call)),
  });
});

test('it is narrowed to types, to a call and to a flow', async () => {
  await using given = await listening();
  const [one, other] = [givenCall(), givenCall({ flow_id: '11111111-1111-4111-8111-111111111111' })];
  await using ends = await reading(given.url, '?type=call_hungup,message_*');
  await using completed = await reading(given.url, '?type=call.completed');
  await using ofCall = await reading(given.url, `?call_id=${one.id}`);
  await using ofFlow = await reading(given.url, `?flow_id=${other.flow_id}`);
  for (const call of [one, other])
    for (const type of ['call_created', 'call_hungup']) tells(given, call, type);
  const idsOf = ({ told }: EventReader) => told().map(({ data }) => data.id);
  await until(() => ofFlow.events.length === 3 && ends.events.length === 3);
  expect([typesOf(ends), idsOf(ends)]).toEqual([
    ['call_hungup', 'call_hungup'],
    [one.id, other.id],
  ]);
  expect(typesOf(completed)).toEqual(['call_hungup', 'call_hungup']);
  expect(idsOf(ofCall)).toEqual([one.id, one.id]);
  expect(idsOf(ofFlow)).toEqual([other.id, other.id]);
});

test('whoever comes back with his last id has missed nothing, by header or query', async () => {
  await using given = await listening();
  const first = await reading(given.url);
  await until(() => first.events.length === 1);
  const calls = [tells(given), tells(given), tells(given)];
  await until(() => first.events.length === 4);
  await first[Symbol.asyncDispose]();
  calls.push(tells(given));
  const id = first.events[1]?.id ?? '';
  await using second = await reading(given.url, '', { 'last-event-id': id });
  await using third = await reading(given.url, `?last_event_id=${id}`);
  for (const reader of [second, third]) {
    await until(() => reader.events.length === 4);
    expect(reader.events.slice(1).map(({ data }) => JSON.parse(data).data.id)).toEqual(
      calls.slice(1).map((call) => call.id),
    );
    expect(reader.events.some(({ event }) => event === 'gap')).toBe(false);
  }
});

test.each(['00000000-7', 'nonsense', '-', 'x-99999999999999999999'])(
  'what another daemon told is a gap, and it goes on from here: %s',
  async (lastId) => {
    await using given = await listening();
    await using reader = await reading(given.url, '', { 'last-event-id': lastId });
    tells(given);
    await until(() => reader.events.length === 2);
    expect(reader.events.map(({ event }) => event)).toEqual(['gap', '']);
  },
);

test('so is a number that was not told yet', async () => {
  await using given = await listening();
  const { run } = given.parts.liveEvents;
  await using reader = await reading(given.url, '', { 'last-event-id': `${run}-17` });
  await until(() => reader.events.length === 1);
  expect(reader.events[0]).toEqual({ id: `${run}-0`, event: 'gap', data: '{}' });
});

test('it takes a token, and asks for what there is', async () => {
  await using given = await listening();
  expect((await reading(given.url, '', { authorization: '' })).status).toBe(401);
  expect((await given.ask('GET', '/events/stream?type=call_hungupp')).body.error).toMatchObject({
    reason: 'INVALID_ARGUMENT',
    details: [{ path: 'type[0]', message: 'no such event type, did you mean call_hungup?' }],
  });
  expect((await given.ask('GET', '/events/stream?call_id=7')).status).toBe(400);
  expect((await given.ask('POST', '/events/stream')).status).toBe(405);
  const authorization = `Bearer ${token}`;
  expect(
    (await fetch(`${given.url}/v1.0/events/stream`, { method: 'HEAD', headers: { authorization } })).status,
  ).toBe(200);
  expect(given.parts.liveEvents.watchers).toBe(0);
});

test('readers are let go when the API closes', async () => {
  const given = await listening();
  const reader = await reading(given.url);
  await until(() => reader.events.length === 1);
  await given[Symbol.asyncDispose]();
  await reader.ended;
});

/** A connection of which the test says when it has taken what was written. */
class Taking {
  readonly written: string[] = [];
  readonly #left: (() => void)[] = [];
  readonly write: Reading['response']['write'];

  constructor(isAtOnce: boolean) {
    this.write = (text: unknown, taken: unknown) => {
      this.written.push(String(text));
      this.#left.push(taken as () => void);
      if (isAtOnce) queueMicrotask(() => this.take());
      return true;
    };
  }

  take(): void {
    this.#left.shift()?.();
  }
}

const callUpdated = (live: LiveEvents) => {
  const call = givenCall();
  return () => live.tell({ event: { type: 'call_updated', data: call }, lane: call.id });
};

test('a reader who takes nothing is cut, and costs nobody anything but what is kept for all', async () => {
  using clock = new VirtualClock();
  const live = new LiveEvents(() => undefined);
  const response = new Taking(false);
  const { signal } = new AbortController();
  const over = readEvents({ portions: new Portions(live), response, signal }).catch(
    (error: unknown) => error,
  );
  response.take();
  const tell = callUpdated(live);
  tell();
  await clock.pass(9_000);
  expect(response.written).toHaveLength(2);
  for (let count = 0; count < 1_000; count++) tell();
  await clock.pass(2_000);
  expect(await over).toMatchObject({ message: 'too slow' });
  response.take(); // too late
  await clock.pass(2_000);
  expect([response.written.length, live.watchers, clock.waiting]).toEqual([2, 0, 0]);
});

test('a reader is cut who is behind what is kept', async () => {
  using clock = new VirtualClock();
  const live = new LiveEvents(() => undefined);
  const response = new Taking(false);
  const { signal } = new AbortController();
  const over = readEvents({ portions: new Portions(live), response, signal }).catch(
    (error: unknown) => error,
  );
  const tell = callUpdated(live);
  for (let count = 0; count < 10_001; count++) tell();
  await clock.pass(1_000);
  response.take();
  expect(await over).toMatchObject({ message: 'too slow' });
  expect(response.written).toHaveLength(1);
});

test('what those are sent who want the same, and are as far, is made once', async () => {
  using clock = new VirtualClock();
  const live = new LiveEvents(() => undefined);
  const portions = new Portions(live);
  const texts: unknown[] = [];
  const write = (text: unknown, taken: unknown) => {
    texts.push(text);
    setImmediate(taken as () => void);
    return true;
  };
  const abort = new AbortController();
  const reading = { portions, response: { write }, signal: abort.signal };
  const all = [1, 2, 3].map(() => readEvents(reading).catch(() => 'over'));
  await clock.pass(1);
  callUpdated(live)();
  await clock.pass(1);
  const [first, ...others] = texts.slice(3);
  expect(String(first)).toContain('"type":"call_updated"');
  expect(others).toHaveLength(2);
  for (const other of others) expect(other).toBe(first);
  abort.abort();
  expect(await Promise.all(all)).toEqual(['over', 'over', 'over']);
});

test('of many readers those who never read are cut, and no more waits for them than one portion each', async () => {
  using clock = new VirtualClock();
  await using given = await listening();
  const { port } = new URL(given.url);
  const served: Socket[] = [];
  given.api.server.on('connection', (socket: Socket) => served.push(socket));
  const idle = Array.from({ length: 2 }, () => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.pause();
    socket.write(`GET /v1.0/events/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    return socket;
  });
  const readers = await Promise.all(Array.from({ length: 8 }, () => reading(given.url)));
  await until(() => given.parts.liveEvents.watchers === 10);
  const call = givenCall();
  const [portions, mostEvents] = [200, 50];
  let longest = 0;
  for (let portion = 0; portion < portions; portion++) {
    for (let count = 0; count < mostEvents; count++)
      given.parts.liveEvents.tell({ event: { type: 'call_updated', data: call }, lane: call.id });
    await clock.pass(200); // what follows at once is told together
    await until(() => readers.every(({ events }) => events.length > (portion + 1) * mostEvents));
    longest = Math.max(longest, ...served.map(({ writableLength }) => writableLength));
  }
  // What the system takes of a connection is the system's; beyond that there is one portion, and the event that has filled it.
  expect(longest).toBeLessThan(2 * 65_536);
  await clock.pass(10_001);
  await until(() => given.parts.liveEvents.watchers === 8);
  for (const reader of readers) await reader[Symbol.asyncDispose]();
  for (const socket of idle) socket.destroy();
});

test('what happens while the beginning is on its way is told behind it', async () => {
  using clock = new VirtualClock();
  const live = new LiveEvents(() => undefined);
  const response = new Taking(false);
  const abort = new AbortController();
  const reading = { portions: new Portions(live), response, signal: abort.signal };
  const over = readEvents(reading).catch(() => 'over');
  callUpdated(live)();
  await clock.pass(1);
  expect(response.written).toHaveLength(1);
  response.take();
  expect(response.written).toEqual([
    `retry: 2000\nid: ${live.run}-0\n\n`,
    expect.stringContaining(`id: ${live.run}-1\ndata: `),
  ]);
  abort.abort();
  expect(await over).toBe('over');
});

test('where nothing happens a sign of life is sent', async () => {
  using clock = new VirtualClock();
  const live = new LiveEvents(() => undefined);
  const response = new Taking(true);
  const abort = new AbortController();
  const reading = { portions: new Portions(live), response, signal: abort.signal };
  const over = readEvents(reading).catch(() => 'over');
  await clock.pass(31_000);
  expect(response.written.slice(1)).toEqual([':\n\n', ':\n\n']);
  abort.abort();
  expect(await over).toBe('over');
  expect([live.watchers, clock.waiting]).toEqual([0, 0]);
});
