import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { now } from '../../src/core/clock.ts';
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import type { PublishedEvent } from '../../src/news/events.ts';
import { fanOut } from '../../src/news/fan-out.ts';
import type { Outbox } from '../../src/news/outbox.ts';
import { Recorder } from '../../src/news/recorder.ts';
import type { Store } from '../../src/storage/store.ts';
import { Deliverer } from '../../src/webhooks/deliverer.ts';
import type { Endpoint } from '../../src/webhooks/endpoint.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import { TestPostgres } from '../support/postgres.ts';
import { closeSpareStores, givenStore, storesOn } from '../support/store-folder.ts';
import { givenCall, recordCall } from '../support/store-records.ts';

const calls = 1_000;
const eventsPerCall = 10;

/** A receiver in a thread of its own, so that it does not count as ours. */
const receiver = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Deliveries a second to a local receiver, written in the transactions of their changes, read, sent, signed and settled. */
export async function benchOutbox(): Promise<void> {
  const worker = new Worker(receiver, { eval: true });
  const [port] = await once(worker, 'message');
  const endpoint: Endpoint = {
    id: 'bench',
    uri: `http://127.0.0.1:${port}/`,
    method: 'POST',
    status: 'active',
    secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  };
  try {
    report('memory', await inMemory(endpoint));
    await using sqlite = await givenStore();
    report('SQLite', await inStore(sqlite.store, endpoint));
    await using server = await TestPostgres.start();
    await using postgres = await storesOn(() => server)();
    report('PostgreSQL', await inStore(postgres.store, endpoint));
  } finally {
    await worker.terminate();
    await closeSpareStores();
  }
}

function report(name: string, seconds: number): void {
  console.log(`outbox in ${name}: ${Math.round((calls * eventsPerCall) / seconds)} deliveries/s`);
}

async function inMemory(endpoint: Endpoint): Promise<number> {
  const outbox = new MemoryOutbox();
  return measured(outbox, endpoint, async (deliverer) => {
    await outbox.append(fanOut(events(), [endpoint], now()));
    deliverer.wake();
  });
}

async function inStore(store: Store, endpoint: Endpoint): Promise<number> {
  return measured(store.outbox, endpoint, async (deliverer) => {
    const write = () => undefined;
    const log = { debug: write, info: write, warn: write, error: write, child: () => log };
    const recorder = new Recorder(store, log, {
      deliveriesOf: (published) => fanOut(published, [endpoint], now()),
      onDeliveries: () => deliverer.wake(),
    });
    for (const published of events()) {
      if (published.event.type === 'call_updated') recordCall(recorder, published.event.data, published);
    }
    await recorder.close();
  });
}

async function measured(
  outbox: Outbox,
  endpoint: Endpoint,
  publish: (deliverer: Deliverer) => Promise<void>,
): Promise<number> {
  const client = new GuardedClient({
    policy: new AddressPolicy({ allow: ['127.0.0.0/8'] }),
    userAgent: 'ariflow/bench',
  });
  const write = () => undefined;
  const log = { debug: write, info: write, warn: write, error: write };
  const deliverer = new Deliverer({ outbox, client, endpoints: () => [endpoint], log });
  try {
    const began = performance.now();
    await publish(deliverer);
    await deliverer.idle();
    return (performance.now() - began) / 1_000;
  } finally {
    await deliverer.close();
    await client.close();
  }
}

/** As many calls at once would make them: events of all calls mixed. */
function events(): PublishedEvent[] {
  const records = Array.from({ length: calls }, () => givenCall());
  return Array.from({ length: eventsPerCall }, () => records)
    .flat()
    .map((data) => ({ event: { type: 'call_updated', data }, lane: data.id }));
}
