import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { statusRequests } from '../../../src/http/user-requests.ts';
import { SmsGateway, type SmsGatewayOptions } from '../../../src/messages/sms-gateway.ts';
import { SmsTemplate } from '../../../src/messages/sms-template.ts';
import type { NoReply, ReplyHead, StatusPort } from '../../../src/ports/http.ts';
import { tel } from '../../support/given-messages.ts';
import { Receiver } from '../../support/webhook-receiver.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;
const url = 'http://127.0.0.1:1/sms';
const body = '{"from": "${source}", "to": "${destination}", "text": "${text}"}';
const parcel = { id: 'm1-1', messageId: 'm1', source: tel('+4930'), destination: tel('+49170'), text: 'Hi' };

type Asked = Parameters<StatusPort['status']>[0];

function givenGateway(
  change: Partial<SmsGatewayOptions> = {},
  answer: (request: Asked) => ReplyHead | NoReply = () => reply(200),
) {
  const requests: Asked[] = [];
  const http: StatusPort = {
    status: async (request) => {
      requests.push(request);
      return answer(request);
    },
  };
  const options = { url, method: 'POST', headers: {}, body, timeout: 5_000, perSecond: 10, http } as const;
  return { requests, gateway: new SmsGateway({ ...options, ...change }) };
}

const reply = (status: number): ReplyHead => ({ status, headers: {} });

describe('an SMS', () => {
  test('is a request to the gateway, with an id that is the same for every try', async () => {
    const { requests, gateway } = givenGateway({ headers: { authorization: 'Bearer x' } });
    expect(await gateway.carry(parcel, never)).toEqual({ status: 'sent' });
    expect(requests).toEqual([
      {
        ...{ method: 'POST', url, timeout: 5_000 },
        headers: { authorization: 'Bearer x', 'content-type': 'application/json', 'idempotency-key': 'm1-1' },
        body: '{"from": "+4930", "to": "+49170", "text": "Hi"}',
      },
    ]);
  });

  test('of a gateway that is asked by GET is in its URL', async () => {
    const { requests, gateway } = givenGateway({
      method: 'GET',
      url: 'https://sms.example/send?to=${destination}&text=${text}',
    });
    await gateway.carry({ ...parcel, text: 'a&b #1' }, never);
    expect(requests[0]?.url).toBe('https://sms.example/send?to=%2B49170&text=a%26b%20%231');
    expect(requests[0]).not.toHaveProperty('body');
  });

  test.each([
    [reply(200), 'sent'],
    [reply(202), 'sent'],
    [reply(301), 'failed http_301'],
    [reply(400), 'failed http_400'],
    [reply(401), 'failed http_401'],
    [reply(408), 'later http_408'],
    [reply(429), 'later http_429'],
    [reply(500), 'later http_500'],
    [reply(503), 'later http_503'],
    [{ failure: 'timeout', message: '' }, 'later timeout'],
    [{ failure: 'unreachable', message: '' }, 'later unreachable'],
    [{ failure: 'invalid_reply', message: '' }, 'later invalid_reply'],
    [{ failure: 'invalid_request', message: '' }, 'failed invalid_request'],
  ] as const)('whose gateway answers %j is %s', async (answer, expected) => {
    const { gateway } = givenGateway({}, () => answer);
    const tried = await gateway.carry(parcel, never);
    expect('reason' in tried ? `${tried.status} ${tried.reason}` : tried.status).toBe(expected);
  });

  test.each([
    ['500 and a large page', 'later', (answer) => answer.writeHead(500).end('x'.repeat(200_000))],
    ['200 and a large page', 'sent', (answer) => answer.writeHead(200).end('x'.repeat(200_000))],
    ['201 and half a page', 'sent', (answer) => answer.writeHead(201).write('x', () => answer.destroy())],
    ['200 and nothing more', 'sent', (answer) => answer.writeHead(200).write('x')],
    ['200 and no gzip', 'sent', (answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x')],
  ] as const satisfies [string, string, (answer: ServerResponse) => unknown][])(
    'is taken or not by the status alone: %s is %s',
    async (_, expected, answer) => {
      vi.useRealTimers();
      await using receiver = await Receiver.start((_request, response) => void answer(response));
      const policy = new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true });
      const client = new GuardedClient({ policy, userAgent: 'test' });
      const options = { ...{ url: receiver.url(), http: statusRequests(client) }, timeout: 300 };
      expect(await givenGateway(options).gateway.carry(parcel, never)).toMatchObject({ status: expected });
      await client.close();
    },
  );

  test('waits where there have been as many in this second as may be', async () => {
    const { requests, gateway } = givenGateway({ perSecond: 2 });
    const all = Promise.all(Array.from({ length: 5 }, () => gateway.carry(parcel, never)));
    await vi.advanceTimersByTimeAsync(500);
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1_000);
    await all;
    expect(requests).toHaveLength(5);
  });
});

describe('a template', () => {
  const nasty = '"}\\\n<a>&\'${id}{{x}}\u2028=%';
  const filled = (contentType: string, template: string) =>
    new SmsTemplate({ url, body: template, contentType }).of({ ...parcel, text: nasty }).body;

  test('keeps a text a text in JSON, whatever it says', () => {
    const made = filled(
      'application/vnd.sms+json; charset=utf-8',
      '{"a": {"text": "${text}", "id": "${message_id}"}}',
    );
    expect(JSON.parse(made)).toEqual({ a: { text: nasty, id: 'm1' } });
  });

  test('in a form', () => {
    const made = new URLSearchParams(
      filled('application/x-www-form-urlencoded', 'To=${destination}&Body=${text}'),
    );
    expect(Object.fromEntries(made)).toEqual({ To: '+49170', Body: nasty });
  });

  test('in XML', () => {
    const made = filled('text/xml', '<m to="${destination}">${text}</m>');
    expect(made.match(/</g)).toHaveLength(2);
    expect(made).not.toMatch(/<a>/);
  });

  test('and as it is in plain text', () => {
    expect(filled('text/plain', '${text}')).toBe(nasty);
  });

  test.each([
    ['{"text": "${txt}"}', 'application/json', /sms\.body: there is no \$\{txt\}/],
    ['{"text": ${text}}', 'application/json', /sms\.body: what is made of it is no JSON/],
    ['{"text": "${text}"', 'application/json', /no JSON/],
  ])('%s is no template', (template, contentType, message) => {
    expect(() => new SmsTemplate({ url, body: template, contentType })).toThrow(message);
  });

  test('a URL with an unknown name is none either', () => {
    const options = { url: `${url}/\${number}`, body, contentType: 'application/json' };
    expect(() => new SmsTemplate(options)).toThrow(/sms\.url/);
  });
});
