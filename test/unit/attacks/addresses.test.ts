import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostAddress } from '../../../src/external-media/host-address.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { addressForms } from '../../support/address-forms.ts';
import { eventually, until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

/** Where users may go by the configuration; all else of this machine is none of theirs. */
const allowed = '127.0.0.9';

let daemon: WholeDaemon;
let canary: Receiver;
let canary6: Receiver | undefined;
let friend: Receiver;
beforeAll(async () => {
  canary = await Receiver.start(undefined, '127.0.0.1');
  canary6 = await Receiver.start(undefined, '::1', canary.port).catch(() => undefined); // no IPv6 here
  friend = await Receiver.start(({ path }, response) => {
    const to = new URL(path, 'http://x').searchParams.get('to');
    response.setHeader('connection', 'close'); // so that each request is a connection
    if (to === null) return response.end('[]');
    return path.startsWith('/actions')
      ? response.end(JSON.stringify([{ type: 'fetch', option: { event_url: to } }]))
      : response.writeHead(302, { location: Buffer.from(to).toString('latin1') }).end();
  }, allowed);
  // By http too, so that the scheme is no reason to refuse anything.
  daemon = await givenWholeDaemon({ ARIFLOW_WEBHOOK_ALLOW: allowed, ARIFLOW_ALLOW_HTTP: 'true' });
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  for (const server of [canary, canary6, friend]) await server?.[Symbol.asyncDispose]();
});

const hits = (): number => canary.connections + (canary6?.connections ?? 0);
const schemes = ['http', 'https'];
const urls = (): string[] =>
  addressForms.flatMap((host) => schemes.map((scheme) => `${scheme}://${host}:${canary.port}/a.wav`));
const friendly = (path: string, to?: string): string =>
  `http://${allowed}:${friend.port}${path}${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`;

interface Refusal {
  readonly error: { readonly details: readonly { readonly path: string }[] };
}

test('no form of an address is stored as a webhook, nor in place of the URL of one', async () => {
  const { api } = daemon;
  const made = await api.post<{ id: string }>('/v1.0/webhooks', { uri: friendly('/hook') });
  expect(made.status).toBe(200);
  for (const uri of urls()) {
    const refused = await Promise.all([
      api.post<Refusal>('/v1.0/webhooks', { uri }),
      api.put<Refusal>(`/v1.0/webhooks/${made.body.id}`, { uri }),
    ]);
    for (const { status, body } of refused)
      expect([uri, status, body.error?.details[0]?.path]).toEqual([uri, 400, 'uri']);
  }
  await api.delete(`/v1.0/webhooks/${made.body.id}`);
  expect(hits()).toBe(0);
});

test('no form of an address is taken in a flow, wherever in it a URL stands', async () => {
  const places = (url: string): readonly [string, object][] => [
    ['uri', { type: 'webhook_send', option: { uri: url, data: '{}' } }],
    ['event_url', { type: 'fetch', option: { event_url: url } }],
    [
      'actions[0].option.event_url',
      {
        type: 'call',
        option: {
          destinations: [{ type: 'extension', target: '1001' }],
          actions: [{ type: 'fetch', option: { event_url: url } }],
        },
      },
    ],
  ];
  const actions = urls().flatMap((url) => places(url));
  const sent = actions.map(([, action]) => action);
  for (let at = 0; at < sent.length; at += 90) {
    const { status, body } = await daemon.api.post<Refusal>('/v1.0/flows', {
      name: 'x',
      actions: sent.slice(at, at + 90),
    });
    expect(status).toBe(400);
    const wanted = actions.slice(at, at + 90).map(([path], index) => `actions[${index}].option.${path}`);
    expect(body.error.details.map(({ path }) => path)).toEqual(wanted);
  }
  expect(hits()).toBe(0);
});

/** What a flow does with each URL, and where none is refused before it runs: they come out of variables. */
const uses: Readonly<Record<string, (url: string) => readonly object[]>> = {
  'webhook_send, awaited': (url) => given(url, { type: 'webhook_send', option: { ...sent, sync: true } }),
  'webhook_send, handed over': (url) => given(url, { type: 'webhook_send', option: sent }),
  fetch: (url) => given(url, { type: 'fetch', option: { event_url: '${url}' } }),
  'fetch, redirected': (url) =>
    given(friendly('/', url), { type: 'fetch', option: { event_url: '${url}', event_method: 'GET' } }),
  'fetch, in actions that were fetched': (url) =>
    given(friendly('/actions', url), { type: 'fetch', option: { event_url: '${url}' } }),
  play: (url) => given(url, { type: 'play', option: { stream_urls: ['${url}'] } }),
  'play, redirected': (url) =>
    given(friendly('/', url), { type: 'play', option: { stream_urls: ['${url}'] } }),
  'external media, WebSocket': (url) =>
    given(url.replace(/^http/, 'ws'), media({ encapsulation: 'none', external_host: '${url}' })),
  'external media, AudioSocket': (url) =>
    given(hostOf(url), media({ encapsulation: 'audiosocket', external_host: '${url}' })),
};
const sent = { uri: '${url}', data: '{}', attempts: 1, timeout: 2_000 };
const given = (value: string, action: object): object[] => [
  { type: 'variable_set', option: { key: 'url', value } },
  action,
];
const media = (option: object): object => ({ type: 'external_media_start', option });
const hostOf = (url: string): string => url.replace(/^\w+:\/\/([^/]*).*$/, '$1');

/** Runs actions in calls, so many in each, until all of the calls are over. */
async function run(actions: readonly (readonly object[])[]): Promise<void> {
  const { api, asterisk } = daemon;
  const most = 60;
  for (let at = 0; at < actions.length; at += most) {
    const part = actions.slice(at, at + most).flat();
    const flow = await api.post<{ id: string }>('/v1.0/flows', {
      name: 'x',
      actions: [{ type: 'answer' }, ...part],
    });
    expect([flow.status, flow.body]).toEqual([200, flow.body]);
    const number = String(1_000 + at);
    await api.post('/v1.0/numbers', { number, call_flow_id: flow.body.id });
    const end = asterisk.dial({ number }).ended.promise;
    await until(() => asterisk.channels.size === 0, { timeout: 100_000, what: 'the end of the call' });
    expect(await end).toMatchObject({ by: 'them', cause: 16 }); // hung up by us, as a phone sees it
    const { body } = await api.get<{ result: { id: string }[] }>('/v1.0/numbers');
    for (const { id } of body.result) await api.delete(`/v1.0/numbers/${id}`);
  }
}

test.each(Object.entries(uses))('no form of an address is reached by %s', async (_, use) => {
  await run(urls().filter(isOnce).map(use));
  expect(hits()).toBe(0);
  // The same with a host that may be reached, so the flows above did ask.
  const before = friend.connections;
  await run([use(friendly('/last.wav'))]);
  await eventually(async () => friend.connections > before, { what: 'the friend to be reached' });
});

/** By http only: it is the same by https once both are allowed. */
const isOnce = (url: string): boolean => url.startsWith('http:');

test('no form of an address is a host for RTP, one to be sent to or one that will come', async () => {
  const policy = new AddressPolicy({ allow: [allowed], allowHttp: true });
  const { signal } = new AbortController();
  for (const host of addressForms) {
    const refused = await hostAddress(`${host}:${canary.port}`, policy, signal).catch(({ code }) => code);
    expect([host, refused]).toEqual([
      host,
      expect.stringMatching(/^(HOST_BLOCKED|HOST_UNKNOWN|INVALID_HOST)$/),
    ]);
  }
  expect(await hostAddress(`${allowed}:4000`, policy, signal)).toEqual({ address: allowed, port: 4_000 });
});

test('nothing of this was a defect', () => {
  expect(daemon.defects).toEqual([]);
});
