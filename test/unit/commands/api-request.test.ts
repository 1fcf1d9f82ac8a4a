import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { downloadFromApi, getFromApi, uploadToApi } from '../../../src/commands/api-request.ts';

test.each([
  ['waits as long as the daemon asks for', '0', 3],
  ['gives up where it would be too long', '3600', 1],
])('a command that asks too often %s', async (_, wait, expected) => {
  let asked = 0;
  await using server = createServer((_request, response) => {
    asked += 1;
    if (asked < 3) response.writeHead(429, { 'retry-after': wait }).end('{"error":{"message":"too many"}}');
    else response.end('{"good":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ARIFLOW_API_URL: `http://127.0.0.1:${port}`, ARIFLOW_API_TOKEN: 'x'.repeat(20) };
  const answer = await getFromApi('/x', env).catch(String);
  expect(answer).toEqual(wait === '0' ? { good: true } : expect.stringContaining('answers 429: too many'));
  expect(asked).toBe(expected);
});

test('files, which the daemon converts before it answers, may take minutes', async () => {
  await using server = createServer((_request, response) => void response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ARIFLOW_API_URL: `http://127.0.0.1:${port}`, ARIFLOW_API_TOKEN: 'x'.repeat(20) };
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  await getFromApi('/x', env);
  await uploadToApi('POST', '/x', new Uint8Array(1), env);
  await downloadFromApi('/x', env);
  expect(timeout.mock.calls).toEqual([[10_000], [180_000], [180_000]]);
  timeout.mockRestore();
});
