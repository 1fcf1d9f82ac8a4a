import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SentText } from '../../../src/simulator/asterisk/texts.ts';
import { ApiClient } from '../../support/api-client.ts';
import { figuresOf } from '../../support/figures.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { isSoak } from '../../support/scale.ts';
import { eventually, until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

/** So many at once. */
const many = isSoak ? 3_000 : 200;

let daemon: WholeDaemon;
let gateway: Receiver;
beforeAll(async () => {
  gateway = await Receiver.start();
  daemon = await givenWholeDaemon({
    ARIFLOW_OUTBOUND_ALLOW: '+,127.0.0.0/8',
    ARIFLOW_SMS_URL: gateway.url('/sms'),
    ARIFLOW_SMS_RATE: '1000',
  });
  const answer = {
    type: 'conversation_send',
    option: { conversation_id: '${voipbin.message.conversation_id}', text: '${voipbin.message.text}' },
  };
  const flow = await daemon.api.post<{ id: string }>('/v1.0/flows', { name: 'echo', actions: [answer] });
  for (const [number, message_flow_id] of [
    ['+4930', undefined],
    ['5000', flow.body.id],
  ] as const)
    await daemon.api.post('/v1.0/numbers', { number, ...(message_flow_id && { message_flow_id }) });
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
});

const tel = (target: string) => ({ type: 'tel', target });
const texts = (): readonly SentText[] => daemon.asterisk.texts.sent;

/** What of a text is sent on: as it was written, without what ends a text elsewhere. */
const readable = (text: string): string => text.replace(/[^\P{Cc}\t\r\n]/gu, '').toWellFormed();

/** A MESSAGE to somebody: every part of it is what it may be, whatever anybody has said. */
function expectPlain({ to, from, headers }: SentText): void {
  expect(to).toMatch(/^pjsip:(\d{2,8}|direct\/sip:[A-Za-z0-9+*_.-]+@[A-Za-z0-9.[\]:-]+:\d{1,5})$/);
  expect(from).toMatch(/^[A-Za-z0-9+*_.-]{0,64}$/);
  expect(headers).toEqual({ 'X-Message-ID': expect.stringMatching(/^[0-9a-f-]{36}(-\d+)?$/) });
}

test('a text stays a text, and a name a name, on the way to the gateway and to Asterisk', async () => {
  for (const [index, text] of hostileTexts.entries()) {
    const before = [gateway.received.length, texts().length] as const;
    const destinations = [tel(`+49${index}`), { type: 'extension', target: '1001', target_name: text }];
    const source = { ...tel('+4930'), target_name: text.slice(0, 255) };
    const answer = await daemon.api.post('/v1.0/messages', { source, destinations, text });
    expect([text, answer.status]).toEqual([text, 200]);
    await until(() => gateway.received.length > before[0] && texts().length > before[1]);
    const { headers, body } = gateway.received.at(-1)!;
    expect(JSON.parse(body)).toEqual({
      ...{ id: expect.any(String), from: '+4930', to: `+49${index}`, text: readable(text) },
    });
    expect(Object.keys(headers).filter((name) => /evil/i.test(name))).toEqual([]);
    const sent = texts().at(-1)!;
    expectPlain(sent);
    expect(sent.body).toBe(readable(text));
  }
  expect(daemon.defects).toEqual([]);
});

test('nobody is written to at an address that is none', async () => {
  for (const target of hostileTexts)
    for (const type of ['tel', 'sip', 'extension', 'agent']) {
      const body = {
        source: tel('+4930'),
        destinations: [{ type, target: target.slice(0, 255) }],
        text: 'x',
      };
      const { status } = await daemon.api.post('/v1.0/messages', body);
      expect([type, target, status]).toEqual([
        type,
        target,
        expect.toSatisfy((code) => code === 400 || code === 403),
      ]);
      const from = {
        source: { type, target: target.slice(0, 255) },
        destinations: [{ type: 'sip', target: 'ann@127.0.0.1' }],
        text: 'x',
      };
      const answer = await daemon.api.post('/v1.0/messages', from);
      expect([type, target, answer.status]).toEqual([
        type,
        target,
        expect.toSatisfy((code) => code === 400 || code === 200),
      ]);
    }
  await eventually(async () => {
    const { body } = await daemon.api.get<{ result: { targets: { status: string }[] }[] }>(
      '/v1.0/messages?page_size=100',
    );
    return body.result.every(({ targets }) => targets.every(({ status }) => status !== 'queued'));
  });
  for (const text of texts()) expectPlain(text);
  expect(daemon.defects).toEqual([]);
});

test('whatever a stranger calls himself, writes, and writes to: it is stored as said, answered plainly, and harms nobody', async () => {
  for (const [index, text] of hostileTexts.entries()) {
    // Each from somebody else: one source is taken ten times a second.
    const from = `"${text}" <sip:${text}@127.0.0.${index + 1}:5060>`;
    for (const number of ['5000', text]) daemon.asterisk.text({ text, number, from, callId: text });
  }
  await until(() => ![...daemon.asterisk.channels.values()].some(({ isInStasis }) => isInStasis), {
    what: 'no message in hand',
  });
  const { body } = await daemon.api.get<{ result: { text: string }[] }>(
    '/v1.0/messages?direction=inbound&page_size=100',
  );
  expect(body.result.length).toBeGreaterThan(hostileTexts.length / 2);
  const said = new Set(hostileTexts.map((text) => readable(Buffer.from(text).toString())));
  for (const { text } of body.result) expect(said).toContain(text);
  for (const text of texts()) expectPlain(text);
  expect(daemon.defects).toEqual([]);
});

test('a huge body, and one that is nothing like it, is refused', async () => {
  const arrival = { source: tel('+49170'), destination: tel('+4930') };
  for (const [text, status] of [
    ['x'.repeat(8_192), 200],
    ['x'.repeat(8_193), 400],
    ['€'.repeat(8_192), 400],
    ['x'.repeat(2_000_000), 413],
    [7, 400],
    [null, 400],
    [{ a: 1 }, 400],
  ] as const)
    expect((await daemon.api.post('/v1.0/messages/inbound', { ...arrival, text })).status).toBe(status);
  expect(daemon.defects).toEqual([]);
});

test('a flood by SIP is taken ten times a second of each source, and leaves nothing behind', async () => {
  const from = (user: string) => `<sip:${user}@127.0.0.1>`;
  const refused = async (): Promise<number> =>
    (await figuresOf(daemon.url)).get('ariflow_messages_refused_total{code="MESSAGES_TOO_FAST"}') ?? 0;
  const before = await refused();
  const began = performance.now();
  for (let index = 0; index < many; index++)
    daemon.asterisk.text({ text: `flood ${index}`, number: '+4930', from: from('flooder') });
  daemon.asterisk.text({ text: 'not of the flood', number: '+4930', from: from('other') });
  await until(() => ![...daemon.asterisk.channels.values()].some(({ isInStasis }) => isInStasis), {
    what: 'no message in hand',
  });
  const seconds = Math.ceil((performance.now() - began) / 1_000);
  const { body } = await daemon.api.get<{ result: { text: string }[] }>(
    '/v1.0/messages?direction=inbound&page_size=100',
  );
  const all = body.result.map(({ text }) => text);
  expect(all).toContain('not of the flood');
  const taken = all.filter((text) => text.startsWith('flood')).length;
  expect(taken).toBeGreaterThanOrEqual(10);
  expect(taken).toBeLessThanOrEqual(10 * (seconds + 1));
  expect((await refused()) - before).toBe(many - taken);
  expect(daemon.defects).toEqual([]);
});

test('a token of a gateway opens nothing but its two doors', async () => {
  const { body } = await daemon.api.post<{ token: string }>('/v1.0/tokens', {
    name: 'sms',
    scopes: ['messages'],
  });
  const asGateway = new ApiClient(daemon.url, { token: body.token });
  for (const path of ['messages', 'conversations', 'calls', 'flows', 'tokens', 'numbers', 'webhooks'])
    expect([path, (await asGateway.get(`/v1.0/${path}`)).status]).toEqual([path, 403]);
  const message = { source: tel('+4930'), destinations: [tel('+4917')], text: 'x' };
  for (const path of ['messages', 'calls', 'messages/inbound/', 'messages/x/status/x'])
    expect([path, (await asGateway.post(`/v1.0/${path}`, message)).status]).toEqual([
      path,
      path === 'messages/inbound/' ? 400 : path.startsWith('messages/x') ? 404 : 403,
    ]);
});
