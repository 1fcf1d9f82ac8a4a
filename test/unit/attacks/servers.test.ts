import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isSoak } from '../../support/scale.ts';
import { eventually, until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
const chunked = head('Transfer-Encoding: chunked', 'Content-Type: application/json');

/** Says this again and again, for as long as anybody takes it. */
const endlessly =
  (beginning: string, piece: string | Buffer) =>
  (socket: Socket): void => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(piece, () => setImmediate(more));
    };
    socket.write(beginning, more);
  };

/** Says these very bytes, and then nothing more, or goes. */
const says =
  (bytes: string | Buffer, then: 'stay' | 'end' | 'reset' = 'end') =>
  (socket: Socket): void => {
    socket.write(bytes, () => {
      if (then === 'end') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    });
  };

const packed = gzipSync(Buffer.alloc(20_000_000));
const whole = (body: string, ...lines: readonly string[]): string =>
  `${head(...lines, `Content-Length: ${Buffer.byteLength(body)}`)}${body}`;

/** How a server may treat whoever asks it. */
const hostile: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': says('', 'stay'),
  'says half a header': says('HTTP/1.1 200 OK\r\nX-', 'stay'),
  'says half a body': says(`${head('Content-Length: 100')}{"a":`, 'stay'),
  'is gone at once': says('', 'reset'),
  'is gone in the body': says(`${head('Content-Length: 100')}{"a":`, 'reset'),
  'has headers without an end': endlessly('HTTP/1.1 200 OK\r\n', `X-A: ${'a'.repeat(1_000)}\r\n`),
  'has a body without an end': endlessly(chunked, `1000\r\n${'['.repeat(4_096)}\r\n`),
  'has answers before the answer without an end': endlessly('', 'HTTP/1.1 102 Processing\r\n\r\n'),
  'speaks another language': says('220 smtp.example.com ESMTP\r\n'),
  'has a chunk that is none': says(`${chunked}zz\r\nabc\r\n`),
  'has two lengths': says(`${head('Content-Length: 2', 'Content-Length: 3')}{}x`),
  'packs a bomb': (socket) => {
    socket.write(head('Content-Encoding: gzip', `Content-Length: ${packed.length}`));
    socket.end(packed);
  },
  'says that it is packed, and is not': says(whole('plain', 'Content-Encoding: gzip')),
  'sends in circles': says('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'),
  'sends to where nobody may go': says(
    'HTTP/1.1 307 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n',
  ),
  'sends to a file': says('HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n'),
  'nests ten thousand lists': says(whole(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
  'has entities of entities': says(
    whole(
      '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>',
      'Content-Type: text/xml',
    ),
  ),
  'has keys that are parts of objects': says(
    whole('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"toString":1}'),
  ),
  'has ten thousand actions': says(
    whole(JSON.stringify(Array.from({ length: 10_000 }, () => ({ type: 'answer' })))),
  ),
  'has actions that are none': says(
    whole('[null, 1, [], {"type":"__proto__"}, {"type":"talk","option":[]}]'),
  ),
};

interface HostileServer extends AsyncDisposable {
  readonly url: string;
  readonly open: ReadonlySet<Socket>;
}

async function openHostile(treat: (socket: Socket) => void): Promise<HostileServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.once('data', () => treat(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    open,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

let daemon: WholeDaemon;
let friend: Receiver;
beforeAll(async () => {
  friend = await Receiver.start();
  daemon = await givenWholeDaemon({ ARIFLOW_WEBHOOK_ALLOW: '127.0.0.1', ARIFLOW_WEBHOOK_TIMEOUT: '1s' });
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await friend?.[Symbol.asyncDispose]();
});

/** Asks a server in every way there is that does not take its time, and says that it has. */
function askingOf(url: string): object[] {
  const patience = { timeout: 400 };
  const asked = { uri: url, ...patience, sync: true, attempts: 1 };
  const map = [{ variable: 'x', path: '$..*' }];
  return [
    { type: 'answer' },
    { type: 'webhook_send', option: asked },
    { type: 'webhook_send', option: { ...asked, method: 'GET', response: { type: 'json', map } } },
    {
      type: 'webhook_send',
      option: { ...asked, response: { type: 'xml', map: [{ variable: 'x', path: '//*' }] } },
    },
    { type: 'webhook_send', option: { ...asked, response: { type: 'actions' } } },
    { type: 'webhook_send', option: { ...asked, sync: false } },
    { type: 'fetch', option: { event_url: url, ...patience } },
    { type: 'webhook_send', option: { uri: friend.url('/done'), sync: true } },
  ];
}

const typeOf = (body: string): string => (JSON.parse(body) as { readonly type: string }).type;

const count = (path: string): number => friend.received.filter((one) => one.path === path).length;

test(
  `flows get past servers of ${Object.keys(hostile).length} kinds, and nothing of it stays`,
  async () => {
    const { api, asterisk } = daemon;
    const before = process.memoryUsage().rss;
    for (let round = 0; round < (isSoak ? 20 : 1); round++) {
      const servers: HostileServer[] = [];
      for (const treat of Object.values(hostile)) servers.push(await openHostile(treat));
      const done = count('/done');
      const started = await Promise.all(
        servers.map(async ({ url }, index) => {
          const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'x', actions: askingOf(url) });
          const number = String(1_000 + round * 100 + index);
          expect((await api.post('/v1.0/numbers', { number, call_flow_id: flow.body.id })).status).toBe(200);
          return number;
        }),
      );
      for (const number of started) asterisk.dial({ number });
      // Others are served beside them.
      await until(() => servers.some(({ open }) => open.size > 0), { what: 'the servers to be asked' });
      expect((await api.get('/healthz')).status).toBe(200);
      await until(() => asterisk.channels.size === 0, { timeout: 60_000, what: 'all calls to end' });
      expect(count('/done') - done).toBe(servers.length);
      // What is handed over goes on without the call, and ends too.
      await until(() => servers.every(({ open }) => open.size === 0), {
        timeout: 60_000,
        what: () =>
          `nobody to be connected to: ${Object.keys(hostile).filter((_, index) => servers[index]?.open.size)}`,
      });
      for (const server of servers) await server[Symbol.asyncDispose]();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    expect(daemon.defects).toEqual([]);
  },
  isSoak ? 1_800_000 : 120_000,
);

test('endpoints of every such kind hold up no event to one that is good', async () => {
  const { api, asterisk } = daemon;
  const servers: HostileServer[] = [];
  for (const treat of Object.values(hostile)) servers.push(await openHostile(treat));
  const made: string[] = [];
  for (const uri of [...servers.map(({ url }) => url), friend.url('/events')])
    made.push((await api.post<{ id: string }>('/v1.0/webhooks', { uri, event_types: ['call_*'] })).body.id);
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'x', actions: [{ type: 'answer' }] });
  await api.post('/v1.0/numbers', { number: '99', call_flow_id: flow.body.id });
  for (let call = 0; call < 20; call++) asterisk.dial({ number: '99' });
  // On a busy machine an answer comes too late, and an event twice: its id says so.
  const told = (wanted: string): number => {
    const events = friend.received.filter(({ path, body }) => path === '/events' && typeOf(body) === wanted);
    return new Set(events.map(({ headers }) => headers['webhook-id'])).size;
  };
  await until(() => told('call_hungup') === 20, { timeout: 60_000, what: 'every call to be told' });
  expect(told('call_created')).toBe(20);
  for (const id of made) expect((await api.delete(`/v1.0/webhooks/${id}`)).status).toBe(200);
  await eventually(async () => servers.every(({ open }) => open.size === 0), {
    timeout: 60_000,
    what: 'nobody to be connected to',
  });
  for (const server of servers) await server[Symbol.asyncDispose]();
  expect(daemon.defects).toEqual([]);
});
