import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ConferenceRecord } from '../../conferences/conference-record.ts';
import { neverTime, zeroId } from '../../core/clock.ts';
import { seconds } from '../../core/units.ts';
import { musicName } from '../../ports/music.ts';
import { announcementRoutes } from '../announcements.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { participantRoutes } from '../participants.ts';
import type { Parts } from '../parts.ts';
import { roomRecordingRoutes } from '../room-recording.ts';
import { stored } from '../settled.ts';
import {
  answers,
  birth,
  customer,
  detail,
  id,
  identity,
  idOf,
  idParams,
  lifespan,
  name,
  reference,
  when,
} from '../shapes.ts';
import { whole } from '../whole.ts';
import { confbridgeType, maxMembers } from './confbridges.ts';

const data = z
  .record(z.string().max(255), z.unknown())
  .meta({ description: 'whatever you like: kept and shown', examples: [{ room: '4.12' }] });

/** Two weeks. */
const longest = 1_209_600;

const fields = {
  type: confbridgeType,
  name,
  detail,
  data,
  timeout: seconds(0, longest).meta({
    description: 'seconds from its creation to its end; 0: it has none',
    examples: [3_600],
  }),
  pre_flow_id: reference.meta({ description: 'the flow run before a call joins; zeros: none' }),
  post_flow_id: reference.meta({ description: 'the flow run after it has left; zeros: none' }),
  max_members: maxMembers,
  music: musicName.meta({
    description: 'what a call hears while it is alone, or waits: a sound of yours; empty: the usual',
  }),
};
const shown: z.ZodType<ConferenceRecord> = component(
  'Conference',
  z.object({
    id,
    customer_id: customer,
    type: fields.type,
    status: z.enum(['progressing', 'terminated']).meta({ description: '`terminated`: it is over' }),
    name,
    detail,
    data,
    timeout: fields.timeout,
    pre_flow_id: fields.pre_flow_id,
    post_flow_id: fields.post_flow_id,
    tm_end: when('it ended'),
    ...lifespan,
    confbridge_id: idOf('the confbridge its calls are in'),
    max_members: maxMembers,
    music: fields.music,
  }),
);
const change = z.strictObject(fields).partial();
export const conferenceCreation = z.strictObject({
  name,
  type: fields.type.default('conference'),
  detail: detail.default(''),
  data: data.default({}),
  timeout: fields.timeout.default(0),
  pre_flow_id: fields.pre_flow_id.default(zeroId),
  post_flow_id: fields.post_flow_id.default(zeroId),
  max_members: maxMembers.default(0),
  music: fields.music.default(''),
});

export function conferenceRoutes(api: Api, parts: Parts): void {
  const { conferences, customerId } = parts;
  const { conferences: records } = parts.store;
  const tags = ['conferences'];
  const room = {
    path: 'conferences',
    what: 'conference',
    shown,
    get: (id: string) => records.get(id),
    confbridgeOf: ({ confbridge_id }: ConferenceRecord) => confbridge_id,
  };
  const store = {
    get: room.get,
    list: (...page: Parameters<typeof records.list>) => records.list(...page),
    delete: (id: string, _time: string, { isForced }: { readonly isForced: boolean }) =>
      stored(parts, conferences.end(id, isForced)),
  };
  collectionRoutes(api, { ...room, store, show: (conference) => conference, searched: 'name and detail' });
  participantRoutes(api, parts, room);
  announcementRoutes(api, parts, room);
  roomRecordingRoutes(api, parts, room);

  api.post(
    '/conferences',
    {
      schema: {
        tags,
        operationId: 'createConference',
        summary: 'Create a conference',
        body: whole(conferenceCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { type, name, detail, data, timeout, pre_flow_id, post_flow_id, max_members, music } = body;
      await parts.music.check(music);
      const conference: ConferenceRecord = {
        ...identity(customerId),
        type,
        status: 'progressing',
        name,
        detail,
        data,
        timeout,
        pre_flow_id,
        post_flow_id,
        tm_end: neverTime,
        ...birth(),
        confbridge_id: randomUUID(),
        max_members,
        music,
      };
      await stored(parts, conferences.create(conference));
      return conference;
    },
  );

  api.put(
    '/conferences/:id',
    {
      schema: {
        tags,
        operationId: 'updateConference',
        summary: 'Change a conference',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      await parts.music.check(body.music ?? '');
      return found(await stored(parts, conferences.update(params.id, body)), 'conference');
    },
  );
}
