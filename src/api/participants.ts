import * as z from 'zod';
import type { Participant } from '../conferences/confbridge-record.ts';
import type { Api } from './api.ts';
import { capital, found } from './collection.ts';
import { component } from './components.ts';
import { confbridgeIn, type MeetingPath } from './meeting-path.ts';
import type { Parts } from './parts.ts';
import { notFound } from './problems.ts';
import { orRefusal } from './refusal.ts';
import { answers, exampleId, idOf, idParams, listOf, noBody, when } from './shapes.ts';

const shown: z.ZodType<Participant> = component(
  'Participant',
  z.object({
    call_id: idOf('the call'),
    muted: z.boolean().meta({ description: 'whether the others do not hear it' }),
    tm_join: when('it joined'),
  }),
);

const callParams = z.strictObject({
  ...idParams.shape,
  call_id: z
    .string()
    .max(100)
    .meta({ description: 'the call', examples: [exampleId] }),
});

/** Who is in a room, and what can be done with them. */
export function participantRoutes<S>(api: Api, { confbridges }: Parts, room: MeetingPath<S>): void {
  const { path, what } = room;
  const tags = [path];
  const of = `${capital(what)}Participant`;
  const one = `/${path}/:id/participants/:call_id`;
  const answer = { params: callParams, body: noBody, response: answers(shown) };

  const find = async (confbridgeId: string, callId: string): Promise<Participant> => {
    const all = await confbridges.participants(confbridgeId);
    const participant = all?.find(({ call_id }) => call_id === callId);
    return found(participant, 'participant');
  };

  const kick = async (id: string, callId: string): Promise<Participant> => {
    const confbridgeId = await confbridgeIn(room, id);
    const participant = await find(confbridgeId, callId);
    await confbridges.kick(confbridgeId, callId);
    return participant;
  };

  const setMuted = async (id: string, callId: string, isMuted: boolean): Promise<Participant> => {
    const confbridgeId = await confbridgeIn(room, id);
    const isIn = await orRefusal(confbridges.setMuted(confbridgeId, callId, isMuted));
    if (!isIn) throw notFound('participant');
    return find(confbridgeId, callId);
  };

  api.get(
    `/${path}/:id/participants`,
    {
      schema: {
        tags,
        operationId: `list${of}s`,
        summary: 'List who is in it, in the order they came',
        params: idParams,
        response: answers(listOf(shown)),
      },
    },
    async ({ params }) => {
      const result = (await confbridges.participants(await confbridgeIn(room, params.id))) ?? [];
      return { result: [...result], next_page_token: '' };
    },
  );

  api.post(
    `${one}/kick`,
    { schema: { tags, operationId: `kick${of}`, summary: 'Send a call on to its next action', ...answer } },
    async ({ params }) => kick(params.id, params.call_id),
  );

  api.post(
    `${one}/mute`,
    { schema: { tags, operationId: `mute${of}`, summary: 'Keep the others from hearing a call', ...answer } },
    async ({ params }) => setMuted(params.id, params.call_id, true),
  );

  api.delete(
    `${one}/mute`,
    { schema: { tags, operationId: `unmute${of}`, summary: 'Let the others hear a call again', ...answer } },
    async ({ params }) => setMuted(params.id, params.call_id, false),
  );
}
