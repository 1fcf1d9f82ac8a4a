import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { figuresOf } from '../support/figures.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// A text comes to a phone and from it, by SIP; to a mobile and from it, by a gateway over HTTP.

let system: System;
let gateway: WebhookSink;
beforeAll(async () => {
  gateway = await WebhookSink.open();
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8,+49',
      ARIFLOW_SMS_URL: `${gateway.url}/sms`,
      ARIFLOW_SMS_SCHEDULE: '300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms',
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await gateway?.close();
});

interface Message {
  readonly id: string;
  readonly text: string;
  readonly direction: string;
  readonly source: { readonly type: string; readonly target: string };
  readonly targets: readonly {
    readonly status: string;
    readonly reason: string;
    readonly conversation_id: string;
  }[];
}

const tel = (target: string) => ({ type: 'tel', target });
const nasty = 'Grüße, "world" \\ (a,b) ${EXTEN}\nsecond line; 😀';

/** A number, with a flow for its messages. */
async function numberWith(number: string, actions: readonly object[]): Promise<void> {
  const flow = await system.api.post<{ id: string }>('/v1.0/flows', { name: number, actions });
  const made = await system.api.post('/v1.0/numbers', { number, message_flow_id: flow.body.id });
  expect(made.status).toBe(200);
}

async function send(message: object): Promise<Message> {
  const { status, body } = await system.api.post<Message>('/v1.0/messages', message);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

async function becomes(id: string, expected: string): Promise<void> {
  const now = async () => {
    const { body } = await system.api.get<Message>(`/v1.0/messages/${id}`);
    const [target] = body.targets;
    return target?.reason ? `${target.status} ${target.reason}` : target?.status;
  };
  await eventually(async () => (await now()) === expected, { what: `${expected} of the message` });
}

const requestsOf = (id: string) =>
  gateway.requests.filter(({ headers }) => headers['idempotency-key'] === id);

/** The next message that was told of. */
async function told(direction: string, text: string): Promise<Message> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'message_created' && data.direction === direction && data.text === text,
  );
  return data as unknown as Message; // as its event has it
}

const answers = {
  type: 'conversation_send',
  option: {
    conversation_id: '${voipbin.message.conversation_id}',
    text: 'You wrote: ${voipbin.message.text}',
    sync: true,
  },
};

test('a SIP phone gets a message, and its answer runs the flow of the number, which answers it', async () => {
  await numberWith('5000', [answers]);
  const desk = await system.desk('1001');
  desk.takeTexts();
  await desk.register();
  const out = await send({
    source: tel('5000'),
    destinations: [{ type: 'extension', target: '1001' }],
    text: nasty,
  });
  await until(() => desk.texts.length === 1, { what: 'the message at the phone' });
  const [text] = desk.texts;
  expect(text?.body).toBe(nasty);
  expect(text?.headers.get('From')).toMatch(/<sip:5000@/);
  expect(text?.headers.get('X-Message-ID')).toBe(out.id);
  await becomes(out.id, 'sent');

  expect((await desk.message('5000', nasty)).status).toBe(202);
  const came = await told('inbound', nasty);
  expect(came).toMatchObject({
    source: { type: 'extension', target: '1001' },
    targets: [{ status: 'received' }],
  });
  expect(came.targets[0]?.conversation_id).toBe(out.targets[0]?.conversation_id);
  await until(() => desk.texts.length === 2, { what: 'the answer at the phone' });
  expect(desk.texts[1]?.body).toBe(`You wrote: ${nasty}`);
  await system.quiet();
});

test('whoever calls without an account writes likewise, and is answered where he is', async () => {
  const stranger = await system.caller('ann');
  stranger.takeTexts();
  expect((await stranger.message('5000', 'from a test tool')).status).toBe(202);
  const came = await told('inbound', 'from a test tool');
  expect(came.source).toEqual(
    expect.objectContaining({ type: 'sip', target: stranger.contact.replace('sip:', '') }),
  );
  await until(() => stranger.texts.length === 1, { what: 'the answer' });
});

test('a phone writes to another one; one that is not there gets it when it is', async () => {
  const [one, other] = [await system.desk('1001'), await system.desk('1002')];
  await one.register();
  expect((await one.message('1002', 'are you there?')).status).toBe(202);
  const relayed = await told('outbound', 'are you there?');
  await becomes(relayed.id, 'queued not_registered');
  other.takeTexts();
  await other.register();
  await until(() => other.texts.length === 1, { what: 'the message at the other phone' });
  expect(other.texts[0]?.body).toBe('are you there?');
  await becomes(relayed.id, 'sent');
});

test('two numbers that answer each other do so once: what we have sent ourselves runs no flow', async () => {
  await numberWith('5001', [answers]);
  const target = `5001@127.0.0.1:${system.asterisk.sipPort}`;
  await send({ source: tel('5000'), destinations: [{ type: 'sip', target }], text: 'to myself' });
  await told('inbound', 'to myself');
  const desk = await system.desk('1005');
  desk.takeTexts();
  await desk.register();
  expect((await desk.message('5001', 'and you?')).status).toBe(202);
  await until(() => desk.texts.length === 1, { what: 'the answer to somebody else' });
  expect(
    system.sink.requests.filter(({ rawBody }) => String(rawBody).includes('You wrote: to myself')),
  ).toEqual([]);
});

test('all phones of one number get a message', async () => {
  const phones = [await system.desk('1006'), await system.desk('1006')];
  for (const phone of phones) {
    phone.takeTexts();
    await phone.register();
  }
  const { id } = await send({
    source: tel('5000'),
    destinations: [{ type: 'extension', target: '1006' }],
    text: nasty,
  });
  await becomes(id, 'sent');
  await until(() => phones.every(({ texts }) => texts.length === 1), { what: 'the message at both' });
  expect(phones.map(({ texts }) => texts[0]?.body)).toEqual([nasty, nasty]);
  await system.quiet();
});

test('a phone with a wrong password, and a number that nobody has, are taken by nobody', async () => {
  const thief = await system.desk('1003');
  const { status } = await (await thiefOf(thief.user)).message('5000', 'stolen');
  expect(status).toBe(401);
  expect((await thief.message('no-such-number', 'lost')).status).toBe(202);
  const refused = async () =>
    (await figuresOf(system.daemon.url)).get('ariflow_messages_refused_total{code="UNKNOWN_NUMBER"}');
  await eventually(async () => (await refused()) === 1, { what: 'the refusal in the metrics' });
  const { body } = await system.api.get<{ result: Message[] }>('/v1.0/messages?direction=inbound');
  expect(body.result.map(({ text }) => text)).not.toContain('lost');
  expect(body.result.map(({ text }) => text)).not.toContain('stolen');
});

test('a gateway that is down: the state says so, and the retry delivers once', async () => {
  await numberWith('+4930', [{ type: 'sleep', option: { duration: 0 } }]);
  gateway.respondTo(({ path }) => path === '/sms', { instead: 'reset' }, 2);
  gateway.respondTo(({ path }) => path === '/sms', { status: 503 }, 1);
  const { id } = await send({ source: tel('+4930'), destinations: [tel('+4917012345')], text: nasty });
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'message_updated' && data.id === id && JSON.stringify(data).includes('"reason":"http_503"'),
  );
  await becomes(id, 'sent');
  const tries = requestsOf(id);
  expect(tries).toHaveLength(4);
  expect(new Set(tries.map(({ rawBody }) => String(rawBody))).size).toBe(1);
  expect(JSON.parse(String(tries[0]?.rawBody))).toEqual({
    id,
    from: '+4930',
    to: '+4917012345',
    text: nasty,
  });
  await system.quiet();
});

test('the auto-reply of the tutorial: who is told of a message answers its sender', async () => {
  const { body: token } = await system.api.post<{ token: string }>('/v1.0/tokens', {
    ...{ name: 'gateway', scopes: ['messages'] },
  });
  const asGateway = new ApiClient(system.daemon.url, { token: token.token });
  const arrival = {
    source: tel('+4917054321'),
    destination: tel('+4930'),
    text: 'I have a question',
    reference: 'SM1',
  };
  const came = await asGateway.post<Message>('/v1.0/messages/inbound', arrival);
  expect(came.status).toBe(200);
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'message_created' && data.id === came.body.id,
  );
  // As seed 002 has it: `payload['data']['source']['target']` is who is written to.
  const { target } = data.source as { target: string };
  const reply = await send({
    ...{
      source: tel('+4930'),
      destinations: [tel(target)],
      text: "Thanks for your message! We'll respond soon.",
    },
  });
  await becomes(reply.id, 'sent');
  expect(JSON.parse(String(requestsOf(reply.id)[0]?.rawBody))).toMatchObject({ to: '+4917054321' });
  const report = await asGateway.post(`/v1.0/messages/${reply.id}/status`, { status: 'delivered' });
  expect(report.status).toBe(200);
  await becomes(reply.id, 'delivered');
});

test('the daemon is killed while the gateway has the message and has not answered: it gets it once more, under the same id', async () => {
  gateway.respondTo(({ path }) => path === '/sms', { instead: 'hang' }, 1);
  const { id } = await send({ source: tel('+4930'), destinations: [tel('+4917012345')], text: 'killed' });
  await until(() => requestsOf(id).length === 1, { what: 'the first try' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await becomes(id, 'sent');
  expect(requestsOf(id)).toHaveLength(2);
});

test('a message that comes while the daemon is away waits for it', async () => {
  const desk = await system.desk('1004');
  await desk.register();
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  const [answer] = await Promise.all([desk.message('5000', 'while you were away'), system.restartDaemon()]);
  expect(answer.status).toBe(202);
  await told('inbound', 'while you were away');
});

test('a message that a killed daemon had in hand is taken by the next one, once', async () => {
  const desk = await system.desk('1004');
  await desk.register();
  system.daemon.kill('SIGSTOP');
  expect((await desk.message('5000', 'in hand')).status).toBe(202);
  const isInHand = async () => /Message\/.*Stasis/.test(await system.asterisk.cli('core show channels'));
  await eventually(isInHand, { what: 'the message in hand' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await told('inbound', 'in hand');
  expect((await desk.message('5000', 'the next one')).status).toBe(202);
  await told('inbound', 'the next one');
  const { body } = await system.api.get<{ result: Message[] }>('/v1.0/messages?direction=inbound');
  expect(body.result.filter(({ text }) => text === 'in hand')).toHaveLength(1);
});

test('a text that is longer than Asterisk takes comes to nobody, and that is counted', async () => {
  const desk = await system.desk('1004');
  await desk.register();
  expect((await desk.message('5000', 'y'.repeat(1_000))).status).toBe(202);
  await told('inbound', 'y'.repeat(1_000));
  expect((await desk.message('5000', 'z'.repeat(3_000))).status).toBe(202);
  const refused = async () =>
    (await figuresOf(system.daemon.url)).get('ariflow_messages_refused_total{code="INVALID_TEXT"}');
  await eventually(async () => (await refused()) === 1, { what: 'the refusal in the metrics' });
});

test('a flood of one source is taken ten times a second, and keeps nobody from calling or writing', async () => {
  const flooder = await system.caller('flooder');
  const other = await system.caller('other');
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => flooder.message('+4930', `flood ${index}`)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect((await other.message('+4930', 'no flood')).status).toBe(202);
  await told('inbound', 'no flood');
  const { body } = await system.api.get<{ result: Message[] }>(
    '/v1.0/messages?direction=inbound&page_size=100',
  );
  const taken = body.result.filter(({ text }) => text.startsWith('flood'));
  expect(taken.length).toBeGreaterThanOrEqual(10);
  expect(taken.length).toBeLessThanOrEqual(40);
  await system.flowOn('9009', [{ type: 'answer' }]);
  expect(await (await other.call('9009')).ended).toMatchObject({ by: 'them' });
  // The daemon was killed before.
  await system.quiet([
    /web ?socket/i,
    /Stasis app|supports no formats|SLINEAR/,
    /orphan_/,
    /already in use|core_unreal/,
  ]);
});

test('no word of any message, and no number, is in a log', () => {
  const logs = JSON.stringify(system.daemon.log) + system.asterisk.log();
  expect(logs).not.toMatch(/4917012345|4917054321|second line|question|flood \d/);
});

/** The phone of a number whose password is not known. */
async function thiefOf(user: string) {
  const { Phone } = await import('../support/phone.ts');
  return Phone.open({ server: `127.0.0.1:${system.asterisk.sipPort}`, user, password: 'guessed' });
}
