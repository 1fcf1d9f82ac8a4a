// biome-ignore-all lint/suspicious/noConsole: what a receiver does with its events is up to you, this one prints them
/**
 * Takes webhooks of ariflow with Express:
 *
 *   npm install express
 *   WEBHOOK_SECRET=whsec_… node express.js
 *
 * The secret is in the answer to `POST /v1.0/webhooks`. The endpoint is http://<this machine>:5000/voipbin/webhook.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

const port = Number(process.env.PORT ?? 5000);
const key = keyOf(process.env.WEBHOOK_SECRET ?? '');
/** Seconds that a signature may be old, or our clock be wrong. */
const tolerance = 300;
/** Ids of the last events: an event may come twice, when our answer to it was lost. */
const seen = new Set();
const remembered = 10_000;

const handlers = {
  call_hungup: ({ id, hangup_reason }) => console.log(`call_hungup ${id} ${hangup_reason}`),
  message_created: ({ source, text }) => console.log(`message_created ${source.target} ${text}`),
  recording_updated: ({ id, status }) => console.log(`recording_updated ${id} ${status}`),
};

const app = express();

// What is signed are the bytes of the body: JSON that was parsed and written again may differ from them.
app.post('/voipbin/webhook', express.raw({ type: () => true, limit: '2mb' }), (request, response) => {
  if (!isSigned(request.headers, request.body)) return response.status(401).json({ status: 'not signed' });
  const id = request.headers['webhook-id'];
  const isNew = !seen.has(id);
  remember(id);
  // Answer at once, within 5 seconds. What must not be lost goes into a queue of your own before that.
  response.status(200).json({ status: 'received' });
  if (!isNew) return;
  const { type, data } = JSON.parse(request.body.toString());
  const handle = handlers[type] ?? (() => console.log(type));
  handle(data);
});

/** Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`. While a secret is replaced there are two signatures; one must fit. */
function isSigned(headers, body) {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!Buffer.isBuffer(body) || id === '' || !(age <= tolerance)) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** After `whsec_` the key is base64; any other secret is the key as it is written. */
function keyOf(secret) {
  if (secret === '') throw new Error('set WEBHOOK_SECRET to the secret of the webhook');
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}

function remember(id) {
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > remembered) seen.delete(oldest);
}

app.listen(port, () => console.log(`listening on port ${port}`));
