import * as z from 'zod';
import { transcribeOption } from '../../ports/transcribe-option.ts';
import {
  type TranscribeRecord,
  transcribeReferences,
  transcribeStatuses,
} from '../../transcribes/transcribe-record.ts';
import type { Api } from '../api.ts';
import { listRoute, recordRoutes } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { orRefusal } from '../refusal.ts';
import { settled, stored } from '../settled.ts';
import {
  answers,
  customer,
  exampleId,
  filterBy,
  id,
  idOf,
  idParams,
  lifespan,
  noBody,
  reference,
  statusFilter,
} from '../shapes.ts';

const gap = z.object({
  direction: z.enum(['in', 'out', 'both']).meta({ description: 'whose words are missing' }),
  start: z.int().meta({ description: 'where it begins, in milliseconds of the audio', examples: [61_200] }),
  end: z.int().meta({ description: 'where it ends, in milliseconds of the audio', examples: [64_900] }),
});

export const transcribeShape: z.ZodType<TranscribeRecord> = component(
  'Transcribe',
  z.object({
    id,
    customer_id: customer,
    reference_type: z.enum(transcribeReferences).meta({ description: 'what is transcribed' }),
    reference_id: idOf('the call or the recording'),
    status: z
      .enum(transcribeStatuses)
      .meta({ description: '`done`: its last words have been told; `failed`: `reason` says why' }),
    language: z.string().meta({ description: 'of what is said', examples: ['en-US'] }),
    direction: z
      .enum(['both', 'in', 'out'])
      .meta({ description: '`in`: what the party says; `out`: what it hears' }),
    provider: z.string().meta({
      description: 'who hears it; of a recording that is not heard yet who was asked for, or empty',
      examples: ['gcp'],
    }),
    ...lifespan,
    reason: z.string().meta({
      description:
        'why it failed: a code, as of actions that fail, or `LOST` where the daemon died; empty where it did not',
      examples: ['HEARING_FAILED'],
    }),
    gaps: z.array(gap).meta({ description: 'what nobody could hear, at most the first 100' }),
  }),
);

const creation = z
  .strictObject({
    reference_type: z
      .enum(transcribeReferences)
      .default('call')
      .meta({ description: 'what is to be transcribed' }),
    reference_id: reference.meta({
      description: 'a call that is answered, or a recording: one that still runs as soon as it is done',
    }),
    ...transcribeOption.shape,
    language: transcribeOption.shape.language.default('en-US'),
  })
  .meta({ examples: [{ reference_type: 'call', reference_id: exampleId, language: 'en-US' }] });

const narrowedBy = {
  reference_id: filterBy('call or recording'),
  status: statusFilter(z.enum(transcribeStatuses)),
};

const path = 'transcribes';
const tags = [path];

export function transcribeRoutes(api: Api, parts: Parts): void {
  const { transcribes } = parts;

  listRoute(api, {
    path: 'transcribes',
    shown: transcribeShape,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.transcribes.list(...asked);
    },
  });

  api.post(
    '/transcribes',
    {
      schema: {
        tags,
        operationId: 'createTranscribe',
        summary: 'Transcribe a call or a recording',
        body: creation,
        response: answers(transcribeShape),
      },
    },
    ({ body }) => stored(parts, orRefusal(transcribes.create(body))),
  );

  recordRoutes(api, {
    path,
    what: 'transcribe',
    store: {
      get: (id) => transcribes.get(id),
      delete: (id) => stored(parts, transcribes.delete(id)),
    },
    shown: transcribeShape,
    show: (transcribe) => transcribe,
  });

  api.post(
    '/transcribes/:id/stop',
    {
      schema: {
        tags,
        operationId: 'stopTranscribe',
        summary: 'End a transcribe: what was said until now is still told',
        params: idParams,
        body: noBody,
        response: answers(transcribeShape),
      },
    },
    ({ params }) => transcribes.end(params.id),
  );
}
