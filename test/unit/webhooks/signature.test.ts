import { createHmac, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { signatureHeaders } from '../../../src/webhooks/signature.ts';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const body = '{"type":"call_hungup","data":{"text":"ä€😀"}}';

describe('a signature', () => {
  test('is what Standard Webhooks verify', () => {
    const key = secret();
    const headers = signatureHeaders({ id: 'msg_1', now: Date.now(), body, secrets: [key] });
    expect(new Webhook(key).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(key).verify(`${body} `, headers)).toThrow(WebhookVerificationError);
    expect(() => new Webhook(key).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow(
      WebhookVerificationError,
    );
    expect(() => new Webhook(secret()).verify(body, headers)).toThrow(WebhookVerificationError);
    const old = signatureHeaders({ id: 'msg_1', now: Date.now() - 400_000, body, secrets: [key] });
    expect(() => new Webhook(key).verify(body, old)).toThrow(WebhookVerificationError);
  });

  test('holds for any body', async () => {
    const key = secret();
    await fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = JSON.stringify({ text });
        const headers = signatureHeaders({ id: 'msg_1', now: Date.now(), body: json, secrets: [key] });
        expect(new Webhook(key).verify(Buffer.from(json), headers)).toEqual({ text });
      }),
      { numRuns: 20 },
    );
  });

  test('is made with every secret while one is being replaced', () => {
    const secrets = [secret(), secret()];
    const headers = signatureHeaders({ id: 'msg_1', now: Date.now(), body, secrets });
    for (const key of secrets) expect(new Webhook(key).verify(body, headers)).toBeTruthy();
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  });

  test('takes a secret of any other form as it is', () => {
    const headers = signatureHeaders({ id: 'msg_1', now: Date.now(), body, secrets: ['a plain secret'] });
    expect(new Webhook('a plain secret', { format: 'raw' }).verify(body, headers)).toBeTruthy();
  });

  test("is made in VoIPBIN's way too, with the newest secret as written", () => {
    const headers = signatureHeaders({ id: 'msg_1', now: 1_700_000_000_999, body, secrets: ['new', 'old'] });
    const hex = createHmac('sha256', 'new').update(body, 'utf8').digest('hex');
    expect(headers).toMatchObject({
      'x-voipbin-signature': `sha256=${hex}`,
      'webhook-timestamp': '1700000000',
      'webhook-id': 'msg_1',
    });
  });

  test('is left out without a secret', () => {
    expect(Object.keys(signatureHeaders({ id: 'msg_1', now: 0, body, secrets: [] }))).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });
});
