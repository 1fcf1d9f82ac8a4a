import type { Socket } from 'node:net';
import { AriflowError } from '../core/errors.ts';
import { errorBody } from './problems.ts';

/** What is not even HTTP, or took too long to say, is answered in the same form as everything else. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const message = error.code === 'HPE_HEADER_OVERFLOW' ? 'the headers are too large' : 'not an HTTP request';
  const body = JSON.stringify(errorBody(new AriflowError('INVALID_ARGUMENT', message)));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
