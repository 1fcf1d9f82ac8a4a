import * as z from 'zod';
import { type ConfbridgeRecord, confbridgeTypes } from '../../conferences/confbridge-record.ts';
import { count } from '../../core/units.ts';
import { announcementRoutes } from '../announcements.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { participantRoutes } from '../participants.ts';
import type { Parts } from '../parts.ts';
import { roomRecordingRoutes } from '../room-recording.ts';
import { settled, stored } from '../settled.ts';
import { answers, customer, exampleId, id, idOf, idParams, lifespan } from '../shapes.ts';
import { whole } from '../whole.ts';

export const maxMembers = count('members', 0, 1_000).meta({
  description: 'how many calls may be in it; 0: no limit',
  examples: [20],
});
export const confbridgeType = z
  .enum(confbridgeTypes)
  .meta({ description: '`connect`: whoever is left alone in it leaves too' });

const shown: z.ZodType<ConfbridgeRecord> = component(
  'Confbridge',
  z.object({
    id,
    customer_id: customer,
    reference_type: z
      .enum(['', 'conference'])
      .meta({ description: 'what it belongs to: a conference, or nothing' }),
    reference_id: idOf('the conference it belongs to; zeros: none'),
    type: confbridgeType,
    status: z.enum(['progressing', 'terminated']).meta({ description: '`terminated`: it is no more' }),
    channel_call_ids: z.record(z.string(), z.string()).meta({
      description: 'who is in it, in the order they came: the id of the call by that of its channel',
      examples: [{ 'ariflow-1f8a': exampleId }],
    }),
    ...lifespan,
    max_members: maxMembers,
  }),
);

const change = z.strictObject({ type: confbridgeType, max_members: maxMembers }).partial();
const creation = z.strictObject({
  type: confbridgeType.default('conference'),
  max_members: maxMembers.default(0),
});

export function confbridgeRoutes(api: Api, parts: Parts): void {
  const { confbridges, store } = parts;
  const tags = ['confbridges'];
  const room = {
    path: 'confbridges',
    what: 'confbridge',
    shown,
    get: (id: string) => confbridges.get(id),
    confbridgeOf: ({ id }: ConfbridgeRecord) => id,
  };
  const kept = {
    get: room.get,
    list: async (...page: Parameters<typeof store.confbridges.list>) => {
      await settled(parts);
      return store.confbridges.list(...page);
    },
    delete: (id: string) => stored(parts, confbridges.delete(id)),
  };
  collectionRoutes(api, { ...room, store: kept, show: (confbridge) => confbridge });
  participantRoutes(api, parts, room);
  announcementRoutes(api, parts, room);
  roomRecordingRoutes(api, parts, room);

  api.post(
    '/confbridges',
    {
      schema: {
        tags,
        operationId: 'createConfbridge',
        summary: 'Create a confbridge',
        body: whole(creation, shown)
          .nullish()
          .transform((body) => body ?? creation.parse({})),
        response: answers(shown),
      },
    },
    ({ body }) => stored(parts, confbridges.create(body)),
  );

  api.put(
    '/confbridges/:id',
    {
      schema: {
        tags,
        operationId: 'updateConfbridge',
        summary: 'Change a confbridge',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => found(await stored(parts, confbridges.update(params.id, body)), 'confbridge'),
  );
}
