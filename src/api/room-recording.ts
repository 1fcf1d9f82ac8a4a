import * as z from 'zod';
import { AriflowError } from '../core/errors.ts';
import { recordingOption } from '../ports/recording-option.ts';
import type { Api } from './api.ts';
import { capital } from './collection.ts';
import { confbridgeIn, type MeetingPath } from './meeting-path.ts';
import type { Parts } from './parts.ts';
import { orRefusal } from './refusal.ts';
import { recordingShape } from './routes/recordings.ts';
import { answers, idParams, noBody } from './shapes.ts';

const { format, duration } = recordingOption.shape;
const wanted = z.strictObject({ format, duration }).nullish();

/** All that is heard in a room as one recording; it ends with the last call's leaving. */
export function roomRecordingRoutes<S>(api: Api, parts: Parts, room: MeetingPath<S>): void {
  const { confbridges, recordings } = parts;
  const { path, what } = room;
  const schema = { tags: [path], params: idParams, response: answers(recordingShape) };

  api.post(
    `/${path}/:id/recording_start`,
    {
      schema: {
        ...schema,
        operationId: `startRecording${capital(what)}`,
        summary: 'Record all that is heard in it',
        body: wanted,
      },
    },
    async ({ params, body }) => {
      const bridge = await confbridges.bridge(await confbridgeIn(room, params.id));
      if (!bridge) throw new AriflowError('CONFLICT', 'nobody is in it');
      const { format, duration } = body ?? { format: 'wav', duration: 0 };
      return orRefusal(recordings.startOfBridge(bridge, { format, duration }));
    },
  );

  api.post(
    `/${path}/:id/recording_stop`,
    {
      schema: {
        ...schema,
        operationId: `stopRecording${capital(what)}`,
        summary: 'End its recording',
        body: noBody,
      },
    },
    async ({ params }) => {
      const stopped = recordings.stopOfBridge(await confbridgeIn(room, params.id));
      if (!stopped) throw new AriflowError('CONFLICT', 'it is not being recorded');
      return stopped;
    },
  );
}
