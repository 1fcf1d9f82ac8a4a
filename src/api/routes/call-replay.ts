import * as z from 'zod';
import type { CallRecord } from '../../calls/call-record.ts';
import { zeroId } from '../../core/clock.ts';
import { flowDefaults } from '../../flows/defaults.ts';
import type { FlowToRun } from '../../ports/flow-to-run.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { ofDefaults } from '../flow-shape.ts';
import { exampleActions, flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { conflict } from '../problems.ts';
import { settled } from '../settled.ts';
import { answers, idOf, idParams } from '../shapes.ts';
import { simulatedDigits, simulatedEnd } from '../simulated-shapes.ts';
import { type Timeline, timelineOf } from '../timeline.ts';

const wanted = z
  .strictObject({
    flow_id: flowIdOrNone,
    actions: givenActions.optional().meta({
      description:
        'what the same caller meets where `flow_id` names nothing else; without either, what ran then',
      examples: [exampleActions],
    }),
    defaults: flowDefaults.optional().meta(ofDefaults),
    digits: simulatedDigits.meta({
      description:
        'keys in the place of those that were not kept, since they were for the flow alone, or its traces are without: one text for each of these inputs; empty: none',
      examples: [['1234']],
    }),
  })
  .nullish();

const step = component(
  'ReplayedStep',
  z.object({
    was: z
      .string()
      .optional()
      .meta({ description: 'as it was; missing: there was none such', examples: ['talk one'] }),
    is: z
      .string()
      .optional()
      .meta({ description: 'as it is now; missing: there is none such', examples: ['talk two'] }),
  }),
);

const shown = component(
  'CallReplay',
  z.object({
    call_id: idOf('the call'),
    is_same: z.boolean().meta({ description: 'whether it has gone as it did' }),
    steps: z.array(step).meta({ description: 'what was done and what is done now, beside one another' }),
    assumed: z.array(z.string()).meta({
      description: 'what could not be known, each once',
      examples: [['there was more than is kept of the call']],
    }),
    ended: simulatedEnd,
  }),
);

export function callReplayRoutes(api: Api, parts: Parts): void {
  api.post(
    '/calls/:id/replay',
    {
      schema: {
        tags: ['calls'],
        operationId: 'replayCall',
        summary: 'Meet a traced call once more, without a phone: with its flow, or with another one',
        params: idParams,
        body: wanted,
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const { flow_id = '', actions, defaults, digits = [] } = body ?? {};
      await settled(parts);
      const { record, state } = found(await parts.store.calls.find(params.id), 'call');
      if (record.status !== 'hangup') throw conflict('the call goes on');
      const timeline = await timelineOf(parts.store, record, state?.diary);
      if (!timeline.is_traced) throw conflict('the call was not traced: expected one whose flow has trace');
      const isOther = flow_id !== '' || actions !== undefined;
      const flow = isOther
        ? await flowToRun(parts, flow_id, actions)
        : await flowThen(parts, record, timeline);
      const { steps, assumed, ended, ...rest } = await parts.replayCall({
        ...{ call: record, timeline, digits },
        flow: defaults ? { ...flow, defaults } : flow,
      });
      return { ...rest, steps: [...steps], assumed: [...assumed], ended: { ...ended } };
    },
  );
}

/** What ran first: the revision of then; where that is gone, or was none, the actions that its activeflow had. */
async function flowThen(
  { store }: Parts,
  { flow_id, flow_revision = 0, activeflow_id }: CallRecord,
  { events }: Timeline,
): Promise<FlowToRun> {
  const first = events.find(({ type }) => type === 'flow');
  const id = first?.what ?? flow_id;
  const revision = first ? Number(first.data.flow_revision ?? 0) : flow_revision;
  const stored = id === zeroId || revision === 0 ? undefined : await store.flows.revision(id, revision);
  if (stored) return stored;
  const activeflow = await store.activeflows.get(first?.id ?? activeflow_id);
  if (activeflow) return { id, actions: activeflow.actions };
  throw conflict('what ran on the call is stored no more: expected flow_id or actions with what is to run');
}
