import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { AddressPolicy } from '../../../src/http/address-policy.ts';
import { type ConnectorOptions, guardedConnector } from '../../../src/http/guarded-connector.ts';
import { Receiver } from '../../support/webhook-receiver.ts';

async function givenServer(): Promise<Receiver> {
  const server = await Receiver.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Connects as undici would, below the check of the URL. */
function connectTo(hostname: string, port: number, options: Partial<ConnectorOptions>): Promise<Socket> {
  const policy: Pick<AddressPolicy, 'allows'> = { allows: () => false };
  const connector = guardedConnector({ policy, timeout: 20_000, ...options });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  connector({ hostname, protocol: 'http:', port: String(port) }, (error, socket) =>
    error ? reject(error) : resolve(socket),
  );
  return promise;
}

test.each(['127.0.0.1', '[::1]', '::1', '::ffff:127.0.0.1'])(
  'refuses the address %s, for which no name is looked up',
  async (host) => {
    const server = await givenServer();
    await expect(connectTo(host, server.port, {})).rejects.toMatchObject({ code: 'blocked' });
    expect(server.connections).toBe(0);
  },
);

test('checks once more where it is connected to', async () => {
  const server = await givenServer();
  const answers = [true, false];
  const policy = { allows: () => answers.shift() ?? false };
  const resolve = async () => [{ address: '127.0.0.1' }];
  await expect(connectTo('hooks.example', server.port, { policy, resolve })).rejects.toMatchObject({
    code: 'blocked',
  });
  expect(server.received).toEqual([]);
});

test('asks once for connections made at the same time, and again later', async () => {
  const server = await givenServer();
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return [{ address: '127.0.0.1' }];
  };
  const connector = guardedConnector({ policy: { allows: () => true }, timeout: 20_000, resolve });
  const connect = () =>
    new Promise<void>((done, reject) => {
      connector(
        { hostname: 'hooks.example', protocol: 'http:', port: String(server.port) },
        (error, socket) => {
          socket?.destroy();
          if (error) reject(error);
          else done();
        },
      );
    });
  await Promise.all([connect(), connect(), connect()]);
  expect(asked).toBe(1);
  await connect();
  expect(asked).toBe(2);
});

test('passes on that a name is unknown', async () => {
  const resolve = async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  };
  await expect(connectTo('hooks.example', 80, { resolve })).rejects.toMatchObject({ code: 'ENOTFOUND' });
});
