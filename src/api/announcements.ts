import * as z from 'zod';
import { AriflowError } from '../core/errors.ts';
import { playOption } from '../media/playlist.ts';
import { talkOption } from '../speech/speaking.ts';
import type { Api } from './api.ts';
import { capital, found } from './collection.ts';
import type { MeetingPath } from './meeting-path.ts';
import type { Parts } from './parts.ts';
import { orRefusal } from './refusal.ts';
import { answers, idParams } from './shapes.ts';

const { text, language, provider, voice_id, gender } = talkOption.shape;
const words = z.strictObject({ text, language, provider, voice_id, gender });

const { stream_urls } = playOption.shape;
const sounds = z.strictObject({ stream_urls });

/** What is said and played to all in a room. Answered when it is about to be heard, after what is being said already. */
export function announcementRoutes<S extends object>(
  api: Api,
  { confbridges }: Parts,
  room: MeetingPath<S>,
): void {
  const { path, what, get, confbridgeOf } = room;
  const shown: z.ZodType<object> = room.shown;
  const schema = { tags: [path], params: idParams, response: answers(shown) };

  const announce = async (id: string, start: (confbridgeId: string) => Promise<boolean>): Promise<object> => {
    const place = found(await get(id), what);
    if (!(await orRefusal(start(confbridgeOf(place))))) throw new AriflowError('CONFLICT', 'nobody is in it');
    return place;
  };

  api.post(
    `/${path}/:id/talk`,
    {
      schema: {
        ...schema,
        operationId: `talkTo${capital(what)}`,
        summary: 'Say something to all in it',
        body: words,
      },
    },
    async ({ params, body }) => {
      const { text, language, provider, voice_id, gender } = body;
      const voice = {
        provider: provider || undefined,
        voice: voice_id || undefined,
        gender: gender || undefined,
      };
      return announce(params.id, (id) => confbridges.talk(id, { text, language, ...voice }));
    },
  );

  api.post(
    `/${path}/:id/play`,
    {
      schema: {
        ...schema,
        operationId: `playTo${capital(what)}`,
        summary: 'Play sounds to all in it',
        body: sounds,
      },
    },
    async ({ params, body }) => announce(params.id, (id) => confbridges.play(id, body.stream_urls)),
  );
}
