import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A user's server for webhooks: takes everything, and says so at once. */
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.end());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port)); // a TCP server has one
