import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { wireTime } from '../../core/clock.ts';
import { Deadline } from '../../core/deadline.ts';
import { AriflowError } from '../../core/errors.ts';
import { language as spoken } from '../../ports/prompt-options.ts';
import type { SoundRecord } from '../../sounds/sound-record.ts';
import type { Upload } from '../../sounds/upload.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { conflict, invalid } from '../problems.ts';
import { sendSound, soundAnswers } from '../send-file.ts';
import { answers, birth, customer, detail, id, identity, idParams, lifespan } from '../shapes.ts';
import { whole } from '../whole.ts';

const name = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
    'expected letters, digits, _ and -, in parts divided by /: my/greeting',
  )
  .meta({
    description: 'what `sound:` calls it by, in flows: `sound:my/greeting`',
    examples: ['my/greeting'],
  });
const language = z
  .union([z.literal(''), spoken])
  .meta({ description: 'its language; empty: for all', examples: ['de-DE'] });

const shown = component(
  'Sound',
  z.object({
    id,
    customer_id: customer,
    name,
    detail,
    language,
    duration: z.int().meta({ description: 'how long it is, in milliseconds', examples: [4_310] }),
    size: z.int().meta({ description: 'bytes that it takes here', examples: [69_004] }),
    sha256: z.string().meta({
      description: 'the hash of what was uploaded: the same file again has the same one',
      examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    }),
    ...lifespan,
  }),
);
const creation = z.strictObject({ name, language: language.default(''), detail: detail.default('') });
const change = z.strictObject({ name, language, detail }).partial();

/** Not JSON: the file is the body, whatever its type is said to be. */
const file = {
  consumes: ['audio/wav', 'audio/mpeg', 'audio/ogg', 'application/octet-stream'],
  body: z.unknown().meta({
    description: 'the file itself: WAV, MP3 or Ogg Vorbis, at most 20 MB and 10 minutes',
    format: 'binary',
  }),
};
const config = { takesAnyBody: true };

/** For an upload and its conversion; the server gives a request half of it to be there. */
const patience = 60_000;

/** Sounds that users upload: to flows they are `sound:<name>`. */
export function soundRoutes(api: Api, parts: Parts): void {
  const { sounds: store } = parts.store;
  const tags = ['sounds'];
  const onDelete = () => parts.music.changed();
  const searched = 'name and detail';
  collectionRoutes(api, { path: 'sounds', what: 'sound', store, shown, show, onDelete, searched });

  api.post(
    '/sounds',
    {
      config,
      schema: {
        tags,
        operationId: 'createSound',
        summary: 'Upload a sound',
        querystring: creation,
        ...file,
        response: answers(shown),
      },
    },
    async (request) => {
      const fresh = { ...identity(parts.customerId), ...request.query, ...birth() };
      using deadline = new Deadline(patience);
      const made = await parts.sounds.create(fresh, uploadIn(request), deadline.signal);
      await parts.music.changed();
      return show(made);
    },
  );

  changeRoute(api, parts);
  audioRoutes(api, parts);
}

function changeRoute(api: Api, { store }: Parts): void {
  api.put(
    '/sounds/:id',
    {
      schema: {
        tags: ['sounds'],
        operationId: 'updateSound',
        summary: 'Change what is noted of a sound',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const stored = found(await store.sounds.get(params.id), 'sound');
      for (const key of ['name', 'language'] as const)
        if (body[key] !== undefined && body[key] !== stored[key])
          throw conflict(`a sound keeps its ${key}: upload it anew under the other one`);
      const detail = body.detail ?? stored.detail;
      return show(found(await store.sounds.update(params.id, { detail, tm_update: wireTime() }), 'sound'));
    },
  );
}

function audioRoutes(api: Api, { store, sounds, music }: Parts): void {
  const tags = ['sounds'];
  const path = '/sounds/:id/audio';

  api.get(
    path,
    {
      schema: {
        tags,
        operationId: 'getSoundAudio',
        summary: 'Get the audio of a sound, as calls hear it',
        params: idParams,
        response: soundAnswers,
      },
    },
    async (request, reply) => {
      const record = found(await store.sounds.get(request.params.id), 'sound');
      using deadline = new Deadline(patience);
      return await sendSound(request, reply, { record, path: await sounds.file(record, deadline.signal) });
    },
  );

  api.put(
    path,
    {
      config,
      schema: {
        tags,
        operationId: 'replaceSoundAudio',
        summary: 'Put other audio in the place of what a sound has; calls that play it hear it to its end',
        params: idParams,
        ...file,
        response: answers(shown),
      },
    },
    async (request) => {
      found(await store.sounds.get(request.params.id), 'sound');
      using deadline = new Deadline(patience);
      const how = { tm_update: wireTime(), signal: deadline.signal };
      const replacing = sounds.replace(request.params.id, uploadIn(request), how);
      const replaced = found(await replacing, 'sound');
      await music.changed();
      return show(replaced);
    },
  );
}

/** @throws AriflowError where there is none, or JSON */
function uploadIn({ body, headers }: Pick<FastifyRequest, 'body' | 'headers'>): Upload {
  const expected = 'expected the file itself as the body: curl --data-binary @greeting.wav';
  if (body === undefined || body === null) throw invalid('body', expected);
  if (!(body instanceof Readable)) throw new AriflowError('UNSUPPORTED_MEDIA', `body: ${expected}`);
  const { 'content-length': length } = headers;
  // Whoever is refused in the middle hears that, and not that the connection broke.
  const pieces = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>; // as nobody has set an encoding
  return { body: pieces, length: length === undefined ? undefined : Number(length) };
}

function show({ audio_id: _, ...sound }: SoundRecord): z.output<typeof shown> {
  return sound;
}
