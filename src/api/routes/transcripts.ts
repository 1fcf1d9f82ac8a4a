import * as z from 'zod';
import { transcribeReferences } from '../../transcribes/transcribe-record.ts';
import type { TranscriptRecord } from '../../transcribes/transcript-record.ts';
import type { Api } from '../api.ts';
import { found, listRoute } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { settled } from '../settled.ts';
import { answers, customer, filterBy, id, idOf, idParams, lifespan } from '../shapes.ts';

const shown: z.ZodType<TranscriptRecord> = component(
  'Transcript',
  z.object({
    id,
    customer_id: customer,
    transcribe_id: idOf('the transcribe it is of'),
    direction: z
      .enum(['in', 'out', 'both'])
      .meta({ description: '`in`: the party said it; `out`: it heard it; `both`: recorded in one channel' }),
    message: z.string().meta({ description: 'what was said', examples: ['hello there'] }),
    tm_transcript: z.string().meta({
      description:
        'how far into the audio it begins, in the form of a time, here after 4.211 seconds; no moment in UTC',
      examples: ['0001-01-01 00:00:04.211000'],
    }),
    tm_create: lifespan.tm_create,
    reference_type: z.enum(transcribeReferences).meta({ description: 'what is transcribed' }),
    reference_id: idOf('the call or the recording'),
    start: z.int().meta({ description: 'where it begins, in milliseconds of the audio', examples: [4_211] }),
    end: z.int().meta({ description: 'where it ends, in milliseconds of the audio', examples: [5_090] }),
    confidence: z.number().meta({
      description: 'how sure whoever heard it is, 0 to 1; 0 where that is not said',
      examples: [0.93],
    }),
  }),
);

const narrowedBy = {
  transcribe_id: filterBy('transcribe'),
  reference_id: filterBy('call or recording'),
};

const tags = ['transcripts'];

export function transcriptRoutes(api: Api, parts: Parts): void {
  const { transcripts } = parts.store;

  listRoute(api, {
    path: 'transcripts',
    what: 'what was said',
    shown,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.transcripts.list(...asked);
    },
  });

  api.get(
    '/transcripts/:id',
    {
      schema: {
        tags,
        operationId: 'getTranscript',
        summary: 'Get something that was said',
        params: idParams,
        response: answers(shown),
      },
    },
    async ({ params }) => {
      await settled(parts);
      return found(await transcripts.get(params.id), 'transcript');
    },
  );
}
