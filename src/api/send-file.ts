import { open } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { byteRange } from './byte-range.ts';
import { notFound } from './problems.ts';

export interface FileToSend {
  readonly path: string;
  readonly type: string;
  /** What a browser saves it as. */
  readonly name: string;
  /** Changes whenever the file does. */
  readonly etag: string;
  /** What is missing where there is no file. */
  readonly what: string;
}

/** Streams a file, or the part of it that is asked for. @throws AriflowError `NOT_FOUND` */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileToSend,
): Promise<FastifyReply> {
  const handle = await open(file.path).catch(() => {
    throw notFound(file.what);
  });
  const { size } = await handle.stat();
  const { range: wanted, 'if-range': condition } = request.headers;
  // Whoever has another file's beginning gets all of this one.
  const range = condition === undefined || condition === file.etag ? byteRange(wanted, size) : undefined;
  reply.headers({
    'accept-ranges': 'bytes',
    'content-type': file.type,
    'content-disposition': `inline; filename="${file.name}"`,
    etag: file.etag,
  });
  if (range === 'unsatisfiable') {
    await handle.close();
    return reply.code(416).header('content-range', `bytes */${size}`).send();
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  if (range) reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`);
  reply.header('content-length', last - first + 1);
  if (size === 0) {
    await handle.close();
    return reply.send();
  }
  // Closes the file with itself, also where whoever asked has gone.
  return reply.send(handle.createReadStream({ start: first, end: last }));
}
