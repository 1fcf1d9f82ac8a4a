import * as z from 'zod';
import { type RecordingRecord, recordingEnds } from '../../recordings/recording-record.ts';
import type { Api } from '../api.ts';
import { listRoute, recordRoutes } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { sendRecording, soundAnswers } from '../send-file.ts';
import { settled, stored } from '../settled.ts';
import {
  answers,
  customer,
  exampleId,
  id,
  idOf,
  idParams,
  lifespan,
  noBody,
  referenceFilter,
  statusFilter,
  when,
} from '../shapes.ts';

const status = z
  .enum(['recording', 'paused', 'done', 'failed'])
  .meta({ description: '`done`: the file is complete and can be had' });

const fields = {
  id,
  customer_id: customer,
  reference_type: z.enum(['call', 'confbridge']).meta({ description: 'what is recorded' }),
  reference_id: idOf('the call or the confbridge'),
  status,
  format: z.enum(['wav', 'mp3', 'ogg']).meta({ description: 'of the file' }),
  tm_start: when('it began'),
  tm_end: when('it ended'),
  ...lifespan,
  channels: z
    .enum(['stereo', 'mixed', 'in', 'out'])
    .meta({ description: '`stereo`: left the party, right what he hears; one channel: both, one of them' }),
  duration: z
    .int()
    .meta({ description: 'of the file, in milliseconds; 0 where there is none', examples: [12_480] }),
  reason: z
    .enum(['', 'WRITE_FAILED', 'CONVERSION_FAILED', 'LOST'])
    .meta({ description: 'why it failed; empty where it did not' }),
  ended_by: z.enum(recordingEnds).meta({
    description:
      'what has ended it: a limit of its own, somebody (`stopped`), the end of what is recorded (`hangup`), a failure; empty until then',
  }),
};

export const recordingShape: z.ZodType<RecordingRecord> = component('Recording', z.object(fields));

/** As its events show it. */
component(
  'RecordingEvent',
  z.object({
    ...fields,
    url: z
      .string()
      .exactOptional()
      .meta({
        description:
          'a link to its file, once there is one, where `ARIFLOW_PUBLIC_URL` says how we are reached',
        examples: [`https://calls.example/r/${exampleId}?expires=1735689600&signature=tx3b`],
      }),
  }),
);

/** What was recorded is there or not: those have no other status. */

/** Recordings, and what was recorded under the same ids. */
export function recordingRoutes(api: Api, parts: Parts): void {
  const { recordings } = parts;
  const path = 'recordings';
  listRoute(api, {
    path,
    shown: recordingShape,
    narrowedBy: { reference_id: referenceFilter, status: statusFilter(status) },
    list: (...asked) => listed(parts, ...asked),
  });
  recordRoutes(api, {
    path,
    what: 'recording',
    store: {
      get: async (id) => recordings.get(id),
      delete: (id) => stored(parts, deleted(parts, id)),
    },
    shown: recordingShape,
    show: (recording) => recording,
  });

  for (const order of ['pause', 'resume'] as const) {
    const schema = {
      tags: [path],
      operationId: `${order}Recording`,
      summary:
        order === 'pause' ? 'Pause a recording: what is said is lost' : 'Go on with a paused recording',
      params: idParams,
      body: noBody,
      response: answers(recordingShape),
    };
    api.post(`/recordings/:id/${order}`, { schema }, ({ params }) => recordings[order](params.id));
  }

  fileRoutes(api, parts);
}

async function listed(parts: Parts, ...asked: Parameters<Parts['store']['recordings']['list']>) {
  await settled(parts);
  return parts.store.recordings.list(...asked);
}

function fileRoutes(api: Api, parts: Parts): void {
  const { recordings } = parts;
  const tags = ['recordingfiles'];
  listRoute(api, {
    path: 'recordingfiles',
    what: 'recordings that are done',
    shown: recordingShape,
    narrowedBy: { reference_id: referenceFilter },
    list: (page, filter) => listed(parts, page, { ...filter, isDone: true }),
  });

  api.get(
    '/recordingfiles/:id',
    {
      schema: {
        tags,
        operationId: 'getRecordingfile',
        summary: 'Get the audio of a recording',
        params: idParams,
        response: soundAnswers,
      },
    },
    async (request, reply) => {
      return sendRecording(request, reply, await recordings.file(request.params.id));
    },
  );

  api.delete(
    '/recordingfiles/:id',
    {
      schema: {
        tags,
        operationId: 'deleteRecordingfile',
        summary: 'Delete a recording, and its audio',
        params: idParams,
        body: noBody,
        response: answers(recordingShape),
      },
    },
    ({ params }) => stored(parts, deleted(parts, params.id)),
  );
}

/** A voicemail goes with what was said in it. */
async function deleted({ recordings, voicemails }: Parts, id: string): Promise<RecordingRecord> {
  const recording = await recordings.delete(id);
  await voicemails.lost(id);
  return recording;
}
