import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AriClientTransport } from '../../../src/ari/ari-client.ts';
import type { AriError } from '../../../src/ari/transport.ts';

/** What a server answers to a path; 200 and a description where nothing is said. */
let answers: Map<string, { status: number; body?: string }>;

const server = createServer(({ url = '' }, response) => {
  const { status, body = '{"message":"no"}' } = answers.get(url) ?? { status: 200, body: described() };
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
});

beforeEach(async () => {
  answers = new Map();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP

const described = () =>
  JSON.stringify({
    swaggerVersion: '1.1',
    basePath: `${origin()}/ari`,
    apis: ['asterisk', 'channels'].map((name) => ({ path: `/api-docs/${name}.{format}`, description: '' })),
  });

/** Runs a turn of the event loop more than it takes: what is thrown in a callback fails the test then. */
async function failureOfConnecting(signal = new AbortController().signal): Promise<AriError> {
  const where = { url: `${origin()}/ari`, user: 'ariflow', password: 'secret' };
  const failure = await AriClientTransport.connect(where, signal).catch((error: unknown) => error);
  await new Promise(setImmediate);
  return failure as AriError; // asserted by its fields
}

test.each([401, 403, 404, 500, 503])(
  'a description that is refused with %d is that refusal, and nothing else ends',
  async (status) => {
    answers.set('/ari/api-docs/resources.json', { status });
    expect(await failureOfConnecting()).toMatchObject({ name: 'AriError', status });
  },
);

test.each(['<html></html>', '"ok"', '{}'])('what answers with %s is not ARI', async (body) => {
  answers.set('/ari/api-docs/resources.json', { status: 200, body });
  expect(await failureOfConnecting()).toMatchObject({ name: 'AriError', status: 404 });
});

test.each([503, 404])(
  'an Asterisk that stops while it is described (%d) ends the attempt alone',
  async (status) => {
    answers.set('/ari/api-docs/asterisk.json', { status });
    answers.set('/ari/api-docs/channels.json', { status });
    expect(await failureOfConnecting()).toMatchObject({ name: 'AriError', status: 0 });
  },
);
