import type * as Http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { whenNeeded } from '../../core/when-needed.ts';

const http = whenNeeded<typeof Http>('node:http');

/** The answer to a request that wants its connection for something else than HTTP. */
export type UpgradeResponse = ServerResponse & { readonly upgraded: Duplex };

/**
 * Has requests for a WebSocket handled as all others are, hooks and all: the handler of the route takes the connection (`takeConnection`), or
 * whoever asks gets the answer, and nothing more.
 */
export function acceptUpgrades(api: FastifyInstance): void {
  api.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    const { ServerResponse } = http();
    const response = Object.assign(new ServerResponse(request), { upgraded: socket });
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.on('finish', () => {
      response.detachSocket(request.socket);
      socket.end();
    });
    api.routing(request, response);
  });
}

/** Whether a connection can be taken. */
export function isUpgrade(response: ServerResponse): response is UpgradeResponse {
  return 'upgraded' in response;
}

/** From now on the connection is the caller's, to read from and to close. */
export function takeConnection(response: UpgradeResponse, request: IncomingMessage): Duplex {
  response.detachSocket(request.socket);
  return response.upgraded;
}
