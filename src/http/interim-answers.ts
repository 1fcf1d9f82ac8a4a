import type { Socket } from 'node:net';

const interim = 'HTTP/1.1 1';
/** This one would be another protocol. */
const switching = 'HTTP/1.1 101';
const end = '\r\n\r\n';
/** As much as a head may have. */
const longest = 16_384;

/**
 * Takes interim answers, `100 Continue` above all, out of what a server sends before its answer. It may send them unasked
 * (RFC 9110 15.2: a client must be able to take them), and some that read a body do; undici 8 breaks such a connection off,
 * though the request has been taken. Only what stands between a request and its answer is looked at.
 */
export function dropInterimAnswers<S extends Socket>(socket: S): S {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isAwaiting = false;
  let held: Buffer = Buffer.alloc(0);

  socket.write = (...args: unknown[]) => {
    isAwaiting = true;
    return write(...args);
  };
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk = read(size) as Buffer | null; // no encoding is set
      if (chunk === null || !isAwaiting) return chunk;
      held = behindInterim(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
      if (isInterim(held)) continue; // the rest of it is on its way
      const rest = held;
      held = Buffer.alloc(0);
      isAwaiting = false;
      return rest;
    }
  };
  return socket;
}

/** What follows the complete ones. */
function behindInterim(bytes: Buffer): Buffer {
  let rest = bytes;
  while (isInterim(rest)) {
    const until = rest.indexOf(end);
    if (until < 0) break;
    rest = rest.subarray(until + end.length);
  }
  return rest;
}

/** Or what has come so far may become one: nothing at all may, too. */
function isInterim(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, switching.length);
  const isOne = begin.length < interim.length ? interim.startsWith(begin) : begin.startsWith(interim);
  return isOne && begin !== switching && bytes.length <= longest;
}
