import * as z from 'zod';
import { nowMicros, wireTime } from '../core/clock.ts';
import { newId } from '../core/new-id.ts';

const id = z.string().meta({ format: 'uuid', examples: ['99bf739a-932f-433c-b1bf-103d33d7e9bb'] });

const when = z.string().meta({
  description: 'when it happened, in UTC',
  examples: ['2022-04-11 00:23:54.724620'],
});

/** What the events of our own have in common: which activeflow and which call (or other reference) they are about. */
const reference = {
  id: id.meta({ description: 'its id' }),
  activeflow_id: id.meta({ description: 'the activeflow it happened in; zeros: none' }),
  reference_type: z.string().meta({ description: 'what that runs on', examples: ['call'] }),
  reference_id: id.meta({ description: 'the call it is about; zeros: none' }),
};

const externalMedia = z.object({
  ...reference,
  id: id.meta({ description: 'the external media' }),
  local_ip: z.string().meta({
    description: 'where the host reaches us; empty where it does not come to us',
    examples: ['203.0.113.7'],
  }),
  local_port: z.int().meta({ description: 'the port there; 0: none', examples: [18_080] }),
  media_uri: z.string().meta({
    description: 'the WebSocket that the host is to open; empty where there is none',
    examples: ['ws://203.0.113.7:8088/media/4f1c'],
  }),
  reason: z.string().meta({
    description: 'why it is over, or came to nothing; empty for a start',
    examples: ['hangup'],
  }),
  tm_create: when,
});

/** What actions report besides the changes of their call and activeflow: the `data` of each event. */
export const flowEventShapes = {
  action_failed: z.object({
    ...reference,
    action: z
      .object({
        id: z.string().meta({ description: 'its id in the flow', examples: ['ask'] }),
        type: z.string().meta({ description: 'what it does', examples: ['talk'] }),
      })
      .meta({ description: 'which one' }),
    code: z.string().meta({ description: 'why, for programs', examples: ['SPEECH_FAILED'] }),
    message: z.string().meta({ description: 'why, for people', examples: ['espeak-ng failed'] }),
    tm_create: when,
  }),
  /** Who has answered. */
  amd_finished: z.object({
    ...reference,
    status: z.enum(['HUMAN', 'MACHINE', 'NOTSURE']).meta({ description: 'who has answered' }),
    cause: z.string().meta({ description: 'what told', examples: ['INITIALSILENCE-2500-2500'] }),
    duration: z.number().meta({ description: 'of listening, in milliseconds', examples: [2_600] }),
    tm_create: when,
  }),
  digits_received: z.object({
    ...reference,
    digits: z
      .string()
      .meta({ description: 'what was pressed; `***` where it is for the flow alone', examples: ['1234'] }),
    result: z.enum(['length', 'key', 'timeout', 'speech']).meta({ description: 'what ended it' }),
    tm_create: when,
  }),
  external_media_started: externalMedia,
  external_media_stopped: externalMedia,
  external_media_failed: externalMedia,
  /** Who does not hear any more what the party of a call says. */
  media_stalled: z.object({
    ...reference,
    what: z
      .enum(['recording', 'external_media', 'amd', 'bridge', 'hearing', 'transcribe'])
      .meta({ description: 'who does not hear the caller any more' }),
    tm_create: when,
  }),
  /** What came of a phone that was asked to call somewhere else. */
  refer_finished: z.object({
    ...reference,
    result: z.enum(['transferred', 'failed', 'timeout']).meta({ description: 'what came of it' }),
    sip_code: z.int().meta({
      description: 'SIP response that the phone got there, or its own refusal; 0: none was told',
      examples: [486],
    }),
    tm_create: when,
  }),
} as const;

type Shapes = typeof flowEventShapes;

type DataOf<T extends keyof Shapes> = Readonly<z.output<Shapes[T]>>;

/** What actions report besides the changes of their call and activeflow. */
export type FlowEvent = {
  [T in keyof Shapes]: { readonly type: T; readonly data: DataOf<T> };
}[keyof Shapes];

export type ActionFailed = DataOf<'action_failed'>;

/** The part of an event an action knows; the activeflow adds the rest, an id too where it is about nothing that has one. */
export type FlowEventFacts = {
  [E in FlowEvent as E['type']]: {
    readonly type: E['type'];
    readonly data: Omit<E['data'], keyof typeof reference | 'tm_create'> & { readonly id?: string };
  };
}[FlowEvent['type']];

/** The event of these facts, now. */
export function flowEvent(
  { type, data }: FlowEventFacts,
  about: Pick<ActionFailed, 'activeflow_id' | 'reference_type' | 'reference_id'>,
): FlowEvent {
  const tm_create = wireTime(nowMicros());
  // The facts of an event and its reference make the whole event, whichever of the union it is.
  return { type, data: { id: newId(), ...about, ...data, tm_create } } as FlowEvent;
}
