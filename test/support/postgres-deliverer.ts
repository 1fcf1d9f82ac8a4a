/** A process that does nothing but deliver what is in a shared database: `node postgres-deliverer.ts '<JSON>'`. */
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { Deliverer } from '../../src/webhooks/deliverer.ts';
import type { Endpoint } from '../../src/webhooks/endpoint.ts';

export interface DelivererProgram {
  readonly name: string;
  readonly databaseUrl: string;
  readonly endpoint: Endpoint;
  /** When the clock of all processes began, and how much faster than real it goes: leases then run out soon. */
  readonly epoch: number;
  readonly speed: number;
}

const { name, databaseUrl, endpoint, epoch, speed } = JSON.parse(process.argv[2] ?? '') as DelivererProgram;
const store = await openStore(databaseUrl);
const write = (fields: object, message: string): void => {
  process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`);
};
const silent = (): void => undefined;
const deliverer = new Deliverer({
  outbox: store.outbox,
  client: new GuardedClient({ policy: new AddressPolicy({ allow: ['127.0.0.0/8'] }), userAgent: name }),
  endpoints: () => [endpoint],
  log: { debug: silent, info: silent, warn: write, error: write },
  options: { poll: 2_000, lanesPerEndpoint: 4 },
  clock: { now: () => epoch + (Date.now() - epoch) * speed },
});
process.once('SIGTERM', () => {
  void deliverer
    .close(AbortSignal.abort())
    .then(() => store.close())
    .then(() => process.exit(0));
});
process.stdout.write('ready\n');
