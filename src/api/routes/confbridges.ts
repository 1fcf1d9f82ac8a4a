import * as z from 'zod';
import { type ConfbridgeRecord, confbridgeTypes } from '../../conferences/confbridge-record.ts';
import { count } from '../../core/units.ts';
import { announcementRoutes } from '../announcements.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { settled } from '../live.ts';
import { participantRoutes } from '../participants.ts';
import { roomRecordingRoutes } from '../room-recording.ts';
import type { Services } from '../services.ts';
import { answers, id, idParams, time } from '../shapes.ts';

const shown: z.ZodType<ConfbridgeRecord> = component(
  'Confbridge',
  z.object({
    id,
    customer_id: id,
    reference_type: z.enum(['', 'conference']),
    reference_id: id,
    type: z.enum(confbridgeTypes),
    status: z.enum(['progressing', 'terminated']),
    channel_call_ids: z.record(z.string(), z.string()),
    tm_create: time,
    tm_update: time,
    tm_delete: time,
    max_members: z.int(),
  }),
);

export const maxMembers = count('members', 0, 1_000).meta({ description: '0: no limit' });

const change = z.strictObject({ type: z.enum(confbridgeTypes), max_members: maxMembers }).partial();
const creation = z.strictObject({
  type: z.enum(confbridgeTypes).default('conference'),
  max_members: maxMembers.default(0),
});

export function confbridgeRoutes(api: Api, services: Services): void {
  const { confbridges, store } = services;
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
      await settled(services);
      return store.confbridges.list(...page);
    },
    delete: (id: string) => confbridges.delete(id),
  };
  collectionRoutes(api, { ...room, store: kept, show: (confbridge) => confbridge });
  participantRoutes(api, services, room);
  announcementRoutes(api, services, room);
  roomRecordingRoutes(api, services, room);

  api.post(
    '/confbridges',
    {
      schema: {
        tags,
        summary: 'Create a confbridge',
        body: creation.nullish().transform((body) => body ?? creation.parse({})),
        response: answers(shown),
      },
    },
    async ({ body }) => confbridges.create(body),
  );

  api.put(
    '/confbridges/:id',
    {
      schema: {
        tags,
        summary: 'Change a confbridge',
        params: idParams,
        body: change,
        response: answers(shown),
      },
    },
    async ({ params, body }) => found(await confbridges.update(params.id, body), 'confbridge'),
  );
}
