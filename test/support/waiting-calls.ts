import { expect } from 'vitest';
import { answering } from './answering.ts';
import type { MediaServer } from './media-server.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { Phone } from './phone.ts';
import type { System } from './system.ts';
import { until } from './until.ts';
import type { WebhookSink } from './webhook-sink.ts';

/** What each flow plays when all went as it should. */
export const goodTone = 600;

/** Where a call may be when the daemon is killed, and what then happens. */
export interface WaitingCall {
  /** The action, and where it is in it, for the page. */
  readonly what: string;
  /** What is between the answer and the last tone; the action that waits has the id `it`. */
  readonly actions: readonly object[];
  /** What the caller does once its flow is there. */
  begin?(call: OutgoingCall): Promise<unknown>;
  /** What happens after the kill. */
  finish?(call: OutgoingCall): Promise<unknown>;
  /** What must not have been done twice, said at the end. */
  once?(): void;
}

/** What the calls are surrounded by. */
export interface Around {
  readonly system: System;
  readonly files: MediaServer;
  /** The user's server: `/slow` takes its time. */
  readonly server: WebhookSink;
  readonly queues: { readonly empty: string; readonly staffed: string };
  readonly confbridge: string;
  /** Takes calls after a while, says a tone of 1 200 Hz. */
  readonly callee: Phone;
  /** Rings for long before it does. */
  readonly slow: Phone;
  readonly agent: Phone;
  /** Who sits in the room already, with a tone of 1 000 Hz. */
  readonly sitting: () => OutgoingCall;
}

const at = ({ contact }: Phone) => ({ type: 'sip', target: contact.replace(/^sip:/, '') });

const hears = (call: OutgoingCall, frequency: number) =>
  until(() => call.heard.hears(frequency), {
    what: () => `${frequency} Hz: ${call.heard.describe()}`,
    timeout: 30_000,
  });

/** The caller says something, and the callee too: each is heard by the other. */
async function talks(call: OutgoingCall, phone: Phone): Promise<void> {
  const theirs = await until(() => phone.incoming.at(-1), { what: 'a call' });
  call.tone(700);
  await hears(call, 1_200);
  await until(() => theirs.heard.hears(700), { what: () => `700 Hz: ${theirs.heard.describe()}` });
}

/** The least that each waits. */
const long = 14_000;

/** Every action that waits, as far as calls of one daemon can be at it at once. */
export function waitingCalls(around: Around): readonly WaitingCall[] {
  const { files, server, queues, confbridge, callee, slow, agent, sitting } = around;
  const before = server.requests.length;
  const isRight = (variable: string, value: string) => ({
    type: 'condition_variable',
    option: { condition: '==', variable, value_string: value, false_target_id: 'wrong' },
  });
  const joins = async (call: OutgoingCall): Promise<void> => {
    call.tone(800);
    await hears(call, 1_000);
    await until(() => sitting().heard.hears(800), { what: 'to be heard in the room' });
  };
  return [
    { what: '`sleep`', actions: [{ id: 'it', type: 'sleep', option: { duration: long } }] },
    {
      what: '`echo`',
      actions: [{ id: 'it', type: 'echo', option: { duration: long } }],
      begin: async (call) => call.tone(900),
      finish: (call) => hears(call, 900),
    },
    {
      what: '`play`: the first of two',
      actions: [
        {
          id: 'it',
          type: 'play',
          option: { stream_urls: [`${files.url}/long.wav`, `${files.url}/last.wav`] },
        },
      ],
      finish: (call) => hears(call, 520),
    },
    {
      what: '`talk`',
      actions: [
        { id: 'it', type: 'talk', option: { text: `${'One sentence after the other. '.repeat(6)}` } },
      ],
    },
    {
      what: '`digits_receive`: the first of three keys',
      actions: [
        {
          id: 'it',
          type: 'digits_receive',
          option: { length: 3, duration: 90_000, inter_digit_timeout: 80_000 },
        },
        isRight('voipbin.call.digits', '123'),
      ],
      begin: (call) => call.digits('1'),
      finish: (call) => call.digits('23'),
    },
    {
      what: '`connect`: talking',
      actions: [{ id: 'it', type: 'connect', option: { destinations: [at(callee)] } }],
      begin: (call) => talks(call, callee),
      finish: async (call) => {
        await talks(call, callee);
        await callee.incoming.at(-1)?.bye();
      },
      once: () => expect(callee.incoming).toHaveLength(1),
    },
    {
      what: '`connect`: ringing',
      actions: [{ id: 'it', type: 'connect', option: { destinations: [at(slow)], timeout: 60_000 } }],
      finish: async (call) => {
        await talks(call, slow);
        await slow.incoming.at(-1)?.bye();
      },
      once: () => expect(slow.incoming).toHaveLength(1),
    },
    {
      what: '`queue_join`: waiting',
      actions: [
        { id: 'it', type: 'queue_join', option: { queue_id: queues.empty } },
        isRight('voipbin.queuecall.reason', 'wait_timeout'),
      ],
    },
    {
      what: '`queue_join`: talking',
      actions: [{ id: 'it', type: 'queue_join', option: { queue_id: queues.staffed } }],
      begin: (call) => talks(call, agent),
      finish: async (call) => {
        await talks(call, agent);
        await agent.incoming.at(-1)?.bye();
      },
      once: () => expect(agent.incoming).toHaveLength(1),
    },
    {
      what: '`confbridge_join`',
      actions: [{ id: 'it', type: 'confbridge_join', option: { confbridge_id: confbridge } }],
      begin: joins,
      finish: async (call) => {
        await joins(call);
        await around.system.api.delete(`/v1.0/confbridges/${confbridge}?force=true`);
      },
    },
    {
      what: '`webhook_send` with `sync`',
      actions: [
        {
          id: 'it',
          type: 'webhook_send',
          option: { sync: true, uri: `${server.url}/slow`, data: '{}', persist: true },
        },
        isRight('answer', 'yes'),
      ],
      once: () => {
        const requests = server.requests.slice(before).filter(({ path }) => path === '/slow');
        expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      },
    },
    {
      what: '`recording_start`, and the call at a `sleep`',
      actions: [
        { type: 'recording_start', option: { format: 'wav' } },
        { id: 'it', type: 'sleep', option: { duration: long } },
        { type: 'recording_stop' },
      ],
      begin: async (call) => call.tone(500),
    },
  ];
}

/** Takes a call after so long, and says its tone. */
export const taking = (ringFor: number) => answering({ ringFor, tone: 1_200 });
