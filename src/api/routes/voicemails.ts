import * as z from 'zod';
import { shownStatuses, type VoicemailRecord } from '../../voicemail/voicemail-record.ts';
import type { Api } from '../api.ts';
import { listRoute, recordRoutes } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
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
  numberFilter,
  referenceFilter,
  searchIn,
  statusFilter,
} from '../shapes.ts';

const status = z.enum(shownStatuses).meta({ description: '`new` until somebody has saved it' });

const fields = {
  id,
  customer_id: customer,
  mailbox_id: idOf('the mailbox'),
  status,
  source: address.meta({ description: 'who has left it' }),
  call_id: idOf('his call'),
  recording_id: idOf('what he has said: `recordingfiles/{recording_id}` has the audio'),
  duration: z.int().meta({ description: 'in milliseconds', examples: [12_480] }),
  ...lifespan,
};

const shown = component('Voicemail', z.object(fields));

/** As its events show it. */
component(
  'VoicemailEvent',
  z.object({
    ...fields,
    url: z
      .string()
      .exactOptional()
      .meta({
        description:
          'a link to what was said, until it is deleted, where `ARIFLOW_PUBLIC_URL` says how we are reached',
        examples: [`https://calls.example/r/${exampleId}?expires=1735689600&signature=tx3b`],
      }),
  }),
);

const narrowedBy = {
  mailbox_id: filterBy('mailbox'),
  status: statusFilter(status),
  search: searchIn('the number and the name of who has left it'),
  call_id: referenceFilter,
  number: numberFilter.meta({ description: 'only those of this caller, exactly', examples: ['+498912345'] }),
};

/** What callers have left. */
export function voicemailRoutes(api: Api, parts: Parts): void {
  const { voicemails } = parts;
  const path = 'voicemails';
  const tags = [path];

  listRoute(api, {
    path,
    shown,
    narrowedBy,
    list: async (page, { number: source, ...filter }) => {
      await settled(parts);
      const { result, next } = await parts.store.voicemails.list(page, { ...filter, source });
      return { result: result.map(show), next };
    },
  });

  recordRoutes(api, {
    path,
    what: 'voicemail',
    store: { get: (id) => voicemails.get(id), delete: (id) => stored(parts, voicemails.delete(id)) },
    shown,
    show,
  });

  for (const order of ['save', 'renew'] as const) {
    const summary = order === 'save' ? 'Say that a voicemail was heard' : 'Make a voicemail a new one again';
    const operationId = order === 'save' ? 'saveVoicemail' : 'renewVoicemail';
    const schema = { tags, operationId, summary, params: idParams, body: noBody, response: answers(shown) };
    api.post(`/${path}/:id/${order}`, { schema }, async ({ params }) =>
      show(await stored(parts, voicemails[order](params.id))),
    );
  }
}

/** Others are found and listed by nobody. */
function show(record: VoicemailRecord): z.output<typeof shown> {
  return { ...record, status: record.status === 'new' ? 'new' : 'saved' };
}
