import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { makeRequestPorts } from '../../../src/daemon/flow-requests.ts';
import type { LaterRequests } from '../../../src/flow-requests/later-requests.ts';
import { toldTo } from '../../../src/simulator/memory/told.ts';
import { givenStore } from '../../support/store-folder.ts';

test.each([
  [{ public_url: 'https://s.example.com' }, 'https://s.example.com'],
  [{ public_url: 'https://example.com/calls/' }, 'https://example.com/calls'],
  [{ api: { host: '0.0.0.0', port: 8081 } }, 'http://127.0.0.1:8081'],
])('a short link begins with the domain that is configured: %j', async (given, domain) => {
  await using folder = await givenStore();
  const { ports } = makeRequestPorts({
    config: configSchema.parse(given),
    store: folder.store,
    later: undefined as unknown as LaterRequests, // nothing is left for later
    news: { agents: (store) => toldTo(store, () => undefined) },
  });
  const link = await ports.links.shorten('https://google.co.in/');
  const code = link.slice(-8);
  expect(link).toBe(`${domain}/s/${code}`);
  expect(code).toMatch(/^[A-Za-z0-9]{8}$/);
  expect(await folder.store.links.get(code)).toMatchObject({ url: 'https://google.co.in/' });
});
