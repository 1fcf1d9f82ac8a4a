import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { fileNameOf, type RecordingRecord } from '../recordings/recording-record.ts';
import type { SoundRecord } from '../sounds/sound-record.ts';
import { byteRange } from './byte-range.ts';
import { errorSchema, notFound } from './problems.ts';

interface FileToSend {
  readonly path: string;
  readonly type: string;
  /** What a browser saves it as. */
  readonly name: string;
  /** Changes whenever the file does. */
  readonly etag: string;
  /** What is missing where there is no file. */
  readonly what: string;
}

const types = { wav: 'audio/wav', mp3: 'audio/mpeg', ogg: 'audio/ogg' } as const;

function sound(description: string) {
  const content = Object.fromEntries(Object.values(types).map((type) => [type, { schema: z.unknown() }]));
  return { description, content };
}

/** What a route answers that sends audio. */
export const soundAnswers = {
  200: sound('The audio'),
  206: sound('The part that `Range` asks for'),
  '4xx': errorSchema,
  '5xx': errorSchema,
};

/** Streams the audio of a recording, or the part of it that is asked for. @throws AriflowError `NOT_FOUND` */
export function sendRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  { record, path }: { readonly record: RecordingRecord; readonly path: string },
): Promise<FastifyReply> {
  return sendFile(request, reply, {
    path,
    type: types[record.format],
    name: fileNameOf(record),
    etag: `"${record.id}"`,
    what: 'recording file',
  });
}

/** Streams a sound likewise. @throws AriflowError `NOT_FOUND` */
export function sendSound(
  request: FastifyRequest,
  reply: FastifyReply,
  { record, path }: { readonly record: SoundRecord; readonly path: string },
): Promise<FastifyReply> {
  const name = `${record.name.replaceAll('/', '-')}.wav`;
  return sendFile(request, reply, {
    path,
    type: types.wav,
    name,
    etag: `"${record.audio_id}"`,
    what: 'sound',
  });
}

/** Streams a file, or the part of it that is asked for. @throws AriflowError `NOT_FOUND` */
async function sendFile(
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
  if (size === 0 || request.method === 'HEAD') {
    await handle.close();
    return reply.send(Readable.from([])); // of anything else HEAD would tell the length
  }
  // Closes the file with itself, also where whoever asked has gone.
  return reply.send(handle.createReadStream({ start: first, end: last }));
}
