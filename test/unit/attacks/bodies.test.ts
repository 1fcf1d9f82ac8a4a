import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorSchema } from '../../../src/api/problems.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { type Described, operationsOf } from '../../support/described-fields.ts';
import { isSoak } from '../../support/scale.ts';
import { until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

/** As many requests as there are in all. */
const numRuns = isSoak ? 40_000 : 1_500;

let daemon: WholeDaemon;
let server: Receiver;
beforeAll(async () => {
  server = await Receiver.start((_, response) => response.end('[]'));
  daemon = await givenWholeDaemon({
    ARIFLOW_WEBHOOK_ALLOW: '127.0.0.1',
    ARIFLOW_OUTBOUND_ALLOW: '+',
    ARIFLOW_ACTIVEFLOWS_CONCURRENT: '20',
  });
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

interface Route {
  readonly method: string;
  readonly path: string;
  /** As the document has it; nothing where the route takes none. */
  readonly body: unknown;
  readonly queries: readonly string[];
}

/** Every route of the API with a body that is good, all of whose URLs lead to us. */
async function everyRoute(): Promise<Route[]> {
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever is there.
  const { body: document } = await daemon.api.get<any>('/openapi.json');
  const resolved = (schema: Described | undefined): Described | undefined =>
    schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
  // Whoever may drain the daemon keeps out calls and orders for them, with 503, as he is to.
  // What happens is told for as long as somebody reads: its query is tried by a test of its own.
  const harmless = operationsOf(document).filter(({ where }) => !/\/(drain|events\/stream)$/.test(where));
  return harmless.map(({ where, operation }) => {
    const [method = '', path = ''] = where.split(' ');
    const schema = resolved(operation.requestBody?.content?.['application/json']?.schema);
    const example = JSON.stringify(schema?.examples?.[0] ?? null);
    return {
      method,
      path,
      body: JSON.parse(example.replaceAll(/https?:\/\/[^/"\\]+/g, server.url('').replace(/\/$/, ''))),
      queries: (operation.parameters ?? []).map(({ name }: { name: string }) => name),
    };
  });
}

/** Texts and values that break things: controls, halves of characters, prototypes, numbers beyond all bounds, code of others. */
const bad = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 1e308, 2 ** 53, 0.1, '', [], {}, [[]], [null], { '': {} }],
    ...[
      '\0',
      '\r\nX: y',
      '\ud800',
      '__proto__',
      'constructor',
      '${${',
      '${voipbin.call.id}',
      '$..*',
      '../../..',
    ],
    ...["' or 1=1 --", '%00', '%', '; rm x', '$(x)', '<!--', '<speak>', '{{', '*', '0', '1e999', zeroId],
    'x'.repeat(70_000),
    Array.from({ length: 2_000 }, () => 0),
    JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
    JSON.parse('{"__proto__": {"x": 1}, "constructor": {"prototype": {}}}'),
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** As a text that may stand in a URL. */
const written = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

/** The places in a value, each a list of keys. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, child]) => placesIn(child, [...at, key]))];
}

/** The value with another one at a place, or beside it under a name of any kind. */
function changed(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = structuredClone(value) as Record<string, unknown>; // there is a child, so it has keys
  Object.defineProperty(copy, key, {
    ...{ value: changed(copy[key], rest, other), enumerable: true, configurable: true, writable: true },
  });
  return copy;
}

interface Request {
  readonly route: Route;
  readonly url: string;
  readonly body: unknown;
}

function requestTo(routes: readonly Route[]): fc.Arbitrary<Request> {
  const id = fc.oneof(
    fc.constantFrom(zeroId, 'x', '..%2f..', '%00', '%ff', 'a'.repeat(3_000)),
    bad.map(written),
  );
  return fc.constantFrom(...routes).chain((route) =>
    fc
      .record({
        id,
        query: fc.array(fc.tuple(fc.constantFrom('x', ...route.queries), bad), { maxLength: 2 }),
        changes: fc.array(fc.tuple(fc.constantFrom(...placesIn(route.body)), bad), { maxLength: 2 }),
        extra: fc.option(fc.tuple(bad.map(written), bad)),
      })
      .map(({ id: given, query, changes, extra }) => {
        const body = changes.reduce(
          (all, [place, other]) =>
            placesIn(all).some((one) => `${one}` === `${place}`) ? changed(all, place, other) : all,
          route.body,
        );
        const more = extra && isPlain(body) ? changed(body, [extra[0]], extra[1]) : body;
        const text = (value: unknown): string =>
          encodeURIComponent(String(JSON.stringify(value)).toWellFormed());
        const path = route.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(given.toWellFormed()));
        const search = query.map(([name, value]) => `${name}=${text(value).slice(0, 4_000)}`).join('&');
        return { route, url: `${path}${search === '' ? '' : `?${search}`}`, body: more };
      }),
  );
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Someone calls, and hears the beep of his flow. */
async function isServed(number: string): Promise<void> {
  const { api, asterisk } = daemon;
  const actions = [{ type: 'answer' }, { type: 'beep' }];
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'after', actions });
  expect((await api.post('/v1.0/numbers', { number, call_flow_id: flow.body.id })).status).toBe(200);
  const channel = asterisk.dial({ number });
  await until(() => !asterisk.channels.has(channel.id), { what: 'the end of the call' });
  expect(asterisk.asked).toContain('play');
}

test(
  'whatever is sent to whichever route, it answers in the form it says, and goes on',
  async () => {
    const routes = await everyRoute();
    expect(routes.length).toBeGreaterThan(80);
    expect(routes.filter(({ body }) => body !== null).length).toBeGreaterThan(25);
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requestTo(routes), async ({ route: { method }, url, body }) => {
        const what = `${method} ${url} ${JSON.stringify(body)}`.slice(0, 2_000);
        const sent = method === 'GET' || body === null ? undefined : body;
        const answer = await daemon.api.request(method, url, sent);
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        expect([what, answer.status]).toEqual([what, answer.status < 500 ? answer.status : 'less than 500']);
        if (answer.status >= 400)
          expect([what, errorSchema.safeParse(answer.body).success]).toEqual([what, true]);
        expect(JSON.stringify(answer.body ?? ''), what).not.toMatch(/\.[tj]s:\d+|node_modules/);
      }),
      { numRuns },
    );
    // Neither refuses all nor takes all: either would prove little.
    expect(seen.get(200)).toBeGreaterThan(numRuns / 20);
    expect(seen.get(400)).toBeGreaterThan(numRuns / 20);
    expect(daemon.defects).toEqual([]);
    await isServed('4242');
  },
  isSoak ? 1_800_000 : 120_000,
);

/** What the server answers to these very bytes, once it has closed the connection or we have heard enough. */
async function raw(bytes: string): Promise<string> {
  const { port } = new URL(daemon.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined).setTimeout(5_000, () => socket.destroy());
  socket.end(bytes);
  return text(socket).catch(() => '');
}

test('what is no request of HTTP, or one for a file of ours, is refused', async () => {
  const close = 'Host: x\r\nConnection: close\r\n\r\n';
  const paths = [
    '/../../../etc/passwd',
    '/v1.0/..%2f..%2f',
    '//etc/passwd',
    '/r/..%2f..%2fx',
    '/documentation/..%2f',
  ];
  for (const path of paths) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\n${close}`);
    expect([path, answer.split('\r\n')[0]]).toEqual([path, expect.stringMatching(/ (400|401|403|404) /)]);
  }
  const broken = [
    'nonsense\r\n\r\n',
    `GET /healthz HTTP/9.9\r\n${close}`,
    'GET /healthz HTTP/1.1\r\n\r\n',
    `GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n${close}`,
    `POST /v1.0/flows HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${close}`,
    `POST /v1.0/flows HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}zz\r\n`,
    `POST /v1.0/flows HTTP/1.1\r\nContent-Length: -1\r\n${close}`,
  ];
  for (const bytes of broken) {
    const answer = await raw(bytes);
    expect([bytes.slice(0, 60), answer.slice(0, 20)]).toEqual([
      bytes.slice(0, 60),
      expect.stringMatching(/^(HTTP\/1\.1 4\d\d|$)/),
    ]);
  }
  expect((await daemon.api.get('/healthz')).status).toBe(200);
  expect(daemon.defects).toEqual([]);
});
