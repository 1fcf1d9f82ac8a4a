import { once } from 'node:events';
import { connect } from 'node:net';

/** So many who look at what happens, as pages do, of whom every fifth has stopped to read. */
const { API = '', TOKEN = '', VIEWERS = '' } = process.env;
const { hostname, port, host } = new URL(API);

await Promise.all(
  Array.from({ length: Number(VIEWERS) }, async (_, index) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined); // cut, being too slow
    socket.write(
      `GET /v1.0/events/stream HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    if (!first.toString().startsWith('HTTP/1.1 200')) throw new Error(`refused: ${first}`);
    if (index % 5 === 4) socket.pause();
    else socket.resume();
  }),
);
console.log('looking');
