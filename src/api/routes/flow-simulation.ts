import * as z from 'zod';
import { systemTime } from '../../core/clock.ts';
import { flowDefaults } from '../../flows/defaults.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import { ofDefaults } from '../flow-shape.ts';
import { exampleActions, firstVariables, flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { answers } from '../shapes.ts';
import { simulatedDigits, simulatedEnd, simulatedReaction, simulatedWords } from '../simulated-shapes.ts';

const most = 1_000;
const party = z.string().min(1).max(64);

const webhook = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2_048)
    .meta({ description: 'whose; `*` is anything', examples: ['https://crm.example/*'] }),
  status: z
    .int()
    .min(100)
    .max(599)
    .default(200)
    .meta({ description: 'HTTP status of the reply', examples: [200] }),
  headers: z
    .record(z.string().max(128), z.string().max(8_192))
    .default({})
    .meta({ description: 'of the reply', examples: [{ 'content-type': 'application/json' }] }),
  body: z
    .unknown()
    .meta({ description: 'a text as it is, anything else as JSON', examples: [{ name: 'Ada Lovelace' }] }),
  failure: z.enum(['timeout', 'unreachable']).optional().meta({ description: 'there is no reply, and why' }),
  delay: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(50)
    .meta({ description: 'how long the reply takes, in milliseconds', examples: [50] }),
});

const wanted = z.strictObject({
  flow_id: flowIdOrNone,
  actions: givenActions.optional().meta({
    description: 'what runs where `flow_id` names none; without either, what is on the number',
    examples: [exampleActions],
  }),
  defaults: flowDefaults.optional().meta(ofDefaults),
  number: party.default('100').meta({ description: 'whom the caller dials', examples: ['100'] }),
  from: party.default('+4930123456').meta({ description: 'who he is', examples: ['+4930123456'] }),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'when he calls; now, where missing', examples: ['2026-12-24T18:05:00+01:00'] }),
  does: z
    .array(simulatedReaction)
    .max(most)
    .default([])
    .meta({
      description:
        'what he does where something waits for him, one after the other; `digits` and `says` count where this says nothing more',
      examples: [[{ press: '1' }, { wait: true }]],
    }),
  hangup_after: z
    .int()
    .min(0)
    .max(86_400_000)
    .optional()
    .meta({ description: 'he hangs up so many milliseconds after the call began', examples: [12_000] }),
  digits: simulatedDigits.meta({
    description: 'the keys that he presses, one text for each input that waits; empty: none',
    examples: [['1', '1234#']],
  }),
  says: z
    .array(simulatedWords)
    .max(most)
    .default([])
    .meta({ description: 'what he says where words are waited for', examples: [['Ada Lovelace']] }),
  variables: firstVariables,
  webhooks: z
    .array(webhook)
    .max(100)
    .default([])
    .meta({
      description: "what other people's servers answer; nobody is asked",
      examples: [[{ url: 'https://crm.example/*', body: { name: 'Ada Lovelace' } }]],
    }),
  answers: z
    .array(z.enum(['human', 'machine', 'busy', 'noanswer', 'refused']))
    .max(most)
    .default([])
    .meta({
      description:
        'who takes the calls that the flow makes, one after the other, the last for all that follow; none: a human, and that is said to be assumed',
      examples: [['busy', 'human']],
    }),
  seed: z
    .int()
    .min(0)
    .max(999_999_999)
    .default(1)
    .meta({ description: 'the same gives the same ids and choices', examples: [1] }),
});

const step = component(
  'SimulatedStep',
  z.looseObject({
    at: z.number().meta({ description: 'when, in milliseconds of the call', examples: [1_420] }),
    kind: z.string().meta({
      description:
        'what: `action`, `way`, `failed`, `heard`, `input`, `request`, `event` (its type alone), `called`, `planned`, `assumed`, `answered`, `hungup`; the other fields are those of its kind',
      examples: ['heard'],
    }),
  }),
);

const shown = component(
  'FlowSimulation',
  z.object({
    ended: simulatedEnd,
    good: z.boolean().meta({ description: 'whether it has ended by the flow or by the caller' }),
    steps: z.array(step).meta({ description: 'what has happened, in order; at most 10 000' }),
    variables: z
      .record(z.string(), z.string())
      .meta({ description: "the flow's at its end", examples: [{ 'voipbin.call.digits': '1' }] }),
  }),
);

export function flowSimulationRoutes(api: Api, parts: Parts): void {
  api.post(
    '/flows/simulate',
    {
      schema: {
        tags: ['flows'],
        operationId: 'simulateFlow',
        summary: 'Run a flow without a call: what its caller would hear, and where it would go',
        body: wanted,
        response: answers(shown),
      },
    },
    async ({ body: { flow_id, actions, defaults, at, webhooks, ...rest } }) => {
      const isGiven = flow_id !== '' || actions !== undefined;
      const flow = isGiven ? await flowToRun(parts, flow_id, actions) : undefined;
      const { ended, isGood, steps, variables } = await parts.simulateFlow({
        ...rest,
        flow: flow && defaults ? { ...flow, defaults } : flow,
        at: at === undefined ? systemTime() : Date.parse(at),
        webhooks: webhooks.map(({ body = '', ...reply }) => ({
          ...reply,
          body: typeof body === 'string' ? body : JSON.stringify(body),
        })),
      });
      return { ended: { ...ended }, good: isGood, steps: [...steps], variables: { ...variables } };
    },
  );
}
