import * as z from 'zod';
import { type CallRecord, callStatuses, hangupReasons } from '../../calls/call-record.ts';
import type { Api } from '../api.ts';
import { callsFilter } from '../calls-filter.ts';
import { found, listRoute } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
import { settled } from '../settled.ts';
import { answers, currentAction, id, idOf, idParams, noBody, when } from '../shapes.ts';

export const callShape: z.ZodType<CallRecord> = component(
  'Call',
  z.object({
    id,
    flow_id: idOf('the stored flow that runs on it; zeros: none, or actions that were given'),
    type: z.literal('flow').meta({ description: 'what is done with it: always a flow' }),
    master_call_id: idOf('the call it was made for, with which it ends; zeros: none'),
    chained_call_ids: z.array(id).meta({ description: 'the calls that end with it' }),
    recording_id: idOf('its newest recording that runs; zeros: none'),
    recording_ids: z.array(id).meta({ description: 'all its recordings' }),
    source: address.meta({ description: 'who calls' }),
    destination: address.meta({ description: 'who is called' }),
    status: z.enum(callStatuses).meta({ description: '`progressing`: answered; `hangup`: it has ended' }),
    action: currentAction.meta({ description: 'the action its flow is at' }),
    direction: z.enum(['incoming', 'outgoing']).meta({ description: 'seen from here' }),
    hangup_by: z
      .enum(['', 'local', 'remote'])
      .meta({ description: 'who hung up: we, or its phone; empty while it lives', examples: ['remote'] }),
    hangup_reason: z.enum(hangupReasons).meta({ description: 'why it has ended; empty while it lives' }),
    tm_create: when('it began'),
    tm_update: when('it was last changed'),
    tm_progressing: when('it was answered'),
    tm_ringing: when('it rang'),
    tm_hangup: when('it ended'),
    activeflow_id: idOf('the flow in progress on the call, or its last one'),
    hold: z.boolean().meta({ description: 'its phone holds the call' }),
    sip_code: z.int().meta({
      description:
        'SIP response the far end refused a call of ours with, or a flow one that came in; 0: none',
      examples: [486],
    }),
    sip_reason: z.string().meta({
      description: 'the words of the standard for it, or those of the flow',
      examples: ['Busy Here'],
    }),
    hangup_cause: z.int().meta({ description: 'Q.850 cause; 0 while the call lives', examples: [17] }),
    held: z.boolean().meta({ description: 'we hold it, by `hold`: its phone was told so', examples: [true] }),
    mute: z.enum(['', 'in', 'out', 'both']).meta({
      description:
        'which way it is muted, by `mute`; `in`: nobody hears the party, `out`: the party hears nothing',
      examples: ['in'],
    }),
    moh: z.string().meta({
      description:
        'the music on hold that it hears, by `moh`: `default`, or the sound that was named; empty without',
      examples: ['default'],
    }),
    trunk_id: idOf('the trunk that it goes, or has come, by; zeros without one'),
    flow_revision: z.int().meta({
      description: 'which revision of its flow runs on it; 0: actions that were given, or none',
      examples: [3],
    }),
  }),
);

export function callRoutes(api: Api, parts: Parts): void {
  const tags = ['calls'];

  listRoute(api, {
    path: 'calls',
    shown: callShape,
    narrowedBy: callsFilter,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.calls.list(...asked);
    },
  });

  api.get(
    '/calls/:id',
    {
      schema: {
        tags,
        operationId: 'getCall',
        summary: 'Get a call',
        params: idParams,
        response: answers(callShape),
      },
    },
    async ({ params }) => callNow(parts, params.id),
  );

  api.post(
    '/calls/:id/hangup',
    {
      schema: {
        tags,
        operationId: 'hangUpCall',
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(parts, params.id),
  );

  api.delete(
    '/calls/:id',
    {
      schema: {
        tags,
        operationId: 'deleteCall',
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(parts, params.id),
  );
}

/** What is not committed yet counts: a call can be seen and hung up while the store is full. */
export async function callNow({ recorder, store }: Parts, id: string): Promise<CallRecord> {
  return found(recorder.latest('calls', id)?.record ?? (await store.calls.get(id)), 'call');
}

/** Answers the call as it is once the hang-up was asked for. One that has ended already is answered as it is. */
async function hangUp(parts: Parts, id: string): Promise<CallRecord> {
  const call = await callNow(parts, id);
  return parts.liveCalls.hangup(id) ? callNow(parts, id) : call;
}
