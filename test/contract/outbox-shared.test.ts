import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Endpoint } from '../../src/webhooks/endpoint.ts';
import { TestPostgres } from '../support/postgres.ts';
import type { DelivererProgram } from '../support/postgres-deliverer.ts';
import { eventually, until } from '../support/until.ts';

interface Received {
  readonly id: string;
  readonly lane: string;
  readonly place: number;
  readonly by: string;
}

const epoch = Date.now();
const lanes = 40;
const perLane = 15;

let server: TestPostgres;
let databaseUrl: string;
let store: Store;
let received: Received[];
let overlaps: string[];
const open = new Set<string>();
const children: ChildProcess[] = [];

const receiver = createServer((request, response) => void take(request, response));

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { lane, place } = (await json(request)) as { lane: string; place: number };
  if (open.has(lane)) overlaps.push(`${lane}/${place}`);
  open.add(lane);
  received.push({
    lane,
    place,
    id: String(request.headers['webhook-id']),
    by: String(request.headers['user-agent']),
  });
  await pause(3);
  open.delete(lane);
  response.writeHead(204).end();
}

beforeAll(async () => {
  server = await TestPostgres.start();
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
}, 300_000);
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await server.stop();
});

beforeEach(async () => {
  received = [];
  overlaps = [];
  databaseUrl = await server.createStoreDatabase();
  store = await openStore(databaseUrl);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await store.close();
});

async function givenDeliverer(name: string): Promise<ChildProcess> {
  const { port } = receiver.address() as AddressInfo; // a TCP server has one
  const uri = `http://127.0.0.1:${port}/`;
  const endpoint: Endpoint = { id: 'endpoint', uri, method: 'POST', status: 'active', secrets: [] };
  const program: DelivererProgram = { name, databaseUrl, endpoint, epoch, speed: 20 };
  const file = join(import.meta.dirname, '..', 'support', 'postgres-deliverer.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(program)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

/** Appends a number of deliveries to every lane. */
async function append(from: number, to: number): Promise<void> {
  for (let place = from; place < to; place += 1) {
    const deliveries = Array.from({ length: lanes }, (_, lane) => ({
      id: `msg_${lane}_${place}`,
      endpointId: 'endpoint',
      lane: `lane-${lane}`,
      type: 'call_updated',
      body: JSON.stringify({ lane: `lane-${lane}`, place }),
      createdAt: epoch,
    }));
    await store.commit({ deliveries });
  }
}

const firstReceipts = (lane: number): number[] => [
  ...new Set(received.filter((one) => one.lane === `lane-${lane}`).map(({ place }) => place)),
];

const allDelivered = () =>
  eventually(async () => (await store.outbox.countPending()) === 0, {
    timeout: 30_000,
    what: () => `all to be delivered; so far ${received.length}`,
  });

const inOrder = Array.from({ length: perLane }, (_, place) => place);

test('two processes share the lanes: none at the same time, each in order, nothing twice', async () => {
  await Promise.all([givenDeliverer('one'), givenDeliverer('two'), append(0, perLane)]);
  await allDelivered();
  expect(overlaps).toEqual([]);
  for (let lane = 0; lane < lanes; lane += 1) expect(firstReceipts(lane)).toEqual(inOrder);
  expect(received).toHaveLength(lanes * perLane);
  expect(new Set(received.map(({ by }) => by))).toEqual(new Set(['one', 'two']));
}, 60_000);

test('a process that is killed loses its lanes to the other when its leases run out', async () => {
  await append(0, perLane - 5);
  const [one] = await Promise.all([givenDeliverer('one'), givenDeliverer('two')]);
  await until(() => received.filter(({ by }) => by === 'one').length > 50);
  const gone = once(one, 'exit');
  one.kill('SIGKILL');
  await gone;
  await append(perLane - 5, perLane);
  await allDelivered();
  expect(overlaps).toEqual([]);
  for (let lane = 0; lane < lanes; lane += 1) expect(firstReceipts(lane)).toEqual(inOrder);
  // Twice comes only what was in doubt when the process died: on its lanes, and not settled yet.
  expect(received.length - lanes * perLane).toBeLessThanOrEqual(4 * 16);
}, 60_000);
