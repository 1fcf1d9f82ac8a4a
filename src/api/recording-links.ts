import * as z from 'zod';
import { AriflowError } from '../core/errors.ts';
import type { ShownLink } from '../recordings/recording-links.ts';
import type { Api } from './api.ts';
import type { Parts } from './parts.ts';
import { sendRecording, soundAnswers } from './send-file.ts';

const params = z.strictObject({
  id: z
    .string()
    .max(64)
    .meta({
      description: 'of the recording',
      examples: ['b5ef5e64-f7ca-41ec-bbe9-9f74186a2a72'],
    }),
});
const query = z.strictObject({
  expires: z
    .string()
    .max(32)
    .meta({
      description: 'when it opens no more, in seconds since 1970 (UTC)',
      examples: ['1735689600'],
    }),
  signature: z
    .string()
    .max(64)
    .meta({
      description: 'as we have made it',
      examples: ['ykG3b1Zr5tq8mC0hQfL7Xo2nVd4sJpUeWi9aTgEyRkM'],
    }),
});

/** Where links to recordings lead. For anybody who has one: it opens this one file, and whatever is no such link is a 403. */
export function recordingLinkRoutes(api: Api, parts: Pick<Parts, 'recordings' | 'links'>): void {
  const { recordings, links } = parts;
  api.get(
    '/r/:id',
    {
      attachValidation: true,
      schema: {
        tags: ['links'],
        operationId: 'openRecordingLink',
        summary: 'Open a link to a recording',
        security: [],
        params,
        querystring: query,
        response: soundAnswers,
      },
    },
    async (request, reply) => {
      const shown: ShownLink = { ...request.params, ...request.query };
      if (request.validationError || request.url !== written(shown) || !links.opens(shown))
        throw new AriflowError('PERMISSION_DENIED', 'this link is not ours, or opens no more');
      return sendRecording(request, reply, await recordings.madeFile(shown.id));
    },
  );
}

/** To the letter: a path that only means the same is not what we have handed out. */
function written({ id, expires, signature }: ShownLink): string {
  return `/r/${id}?expires=${expires}&signature=${signature}`;
}
