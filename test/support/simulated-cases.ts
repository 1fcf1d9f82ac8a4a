import { isBusy } from './scale.ts';
import { outsideCases } from './simulated-outside-cases.ts';

/** A call that is made twice: by a phone on a real Asterisk, and in the simulator. */
export interface SimulatedCase {
  readonly actions: readonly object[];
  /** The keys that the caller presses when his flow is at an action, each time that it is there. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /** He hangs up at this action. */
  readonly hangsUpAt?: string;
  /** What `1001` does. */
  readonly desk?: 'busy' | 'talks' | 'rings';
  /** Whether others may not be called at the same time: of what there is it needs more than a place. */
  readonly isAlone?: true;
  /** Whether what is told of it has no one order: somebody else ends the call, or a recording ends while its flow goes on. */
  readonly hasNoOrder?: true;
  /** Who the caller is where the flow asks; what he does is silence. */
  readonly answeredBy?: 'human' | 'machine';
  /** Who is to be called by him himself is this. */
  readonly isReferredTo?: 'busy';
  /** What the server of the flow answers at each path. */
  readonly replies?: Readonly<Record<string, { readonly status: number; readonly body: unknown }>>;
}

/** What there is for them, by name. */
export interface Surroundings {
  /** The server of the flows. */
  readonly url: string;
  /** A queue that nobody serves, and nobody waits in for longer than a second. */
  readonly emptyQueue: string;
  readonly queue: string;
  /** At `1001`. */
  readonly agent: string;
  readonly mailbox: string;
  readonly closed: string;
  readonly open: string;
  readonly conference: string;
  readonly flow: string;
  /** A host that takes RTP. */
  readonly mediaHost: string;
  readonly chatbot: string;
  /** With `1001`. */
  readonly conversation: string;
  /** A queue that nobody serves: who waits in it is called back. */
  readonly callingBack: string;
}

const ask = (id: string, duration = 5_000, length = 1): object => ({
  id,
  type: 'digits_receive',
  option: { duration, length },
});
const say = (text: string, id = text.replaceAll(/\W/g, '')): object => ({
  id,
  type: 'talk',
  option: { text },
});
const branch = (target_ids: object, default_target_id: string): object => ({
  id: 'branch',
  type: 'branch',
  option: { target_ids, default_target_id },
});
const set = (key: string, value: string): object => ({
  id: `set-${key}`,
  type: 'variable_set',
  option: { key, value },
});
const is = (variable: string, value_string: string, false_target_id: string): object => ({
  id: `is-${variable}`,
  type: 'condition_variable',
  option: { condition: '==', variable, value_type: 'string', value_string, false_target_id },
});
const send = (id: string, uri: string, option: object = {}): object => ({
  id,
  type: 'webhook_send',
  option: { uri, method: 'POST', data_type: 'application/json', data: '{"of": "${name}"}', ...option },
});
const connect = (option: object = {}): object => ({
  id: 'connect',
  type: 'connect',
  option: { destinations: [{ type: 'extension', target: '1001' }], ...option },
});
const pause = (duration: number, id = 'pause'): object => ({ id, type: 'sleep', option: { duration } });
/** How long the last action waits, while the variables are looked at, in milliseconds. */
const timeToLook = isBusy ? 6_000 : 1_500;
/** Where that is. */
const end = { id: 'to-end', type: 'goto', option: { target_id: 'end', loop_count: 1 } };
const answer = { id: 'answer', type: 'answer' };

/** Each by its number. */
export function simulatedCases(there: Surroundings): Readonly<Record<string, SimulatedCase>> {
  const { url } = there;
  const menu = [answer, say('one'), ask('key'), branch({ 1: 'yes' }, 'no'), say('yes'), end, say('no')];
  const cases: Readonly<Record<string, SimulatedCase>> = {
    'menu-key': { actions: menu, keys: { key: ['1'] } },
    'menu-other-key': { actions: menu, keys: { key: ['7'] } },
    'menu-no-key': { actions: [answer, ask('key', 800), branch({ 1: 'yes' }, 'no'), say('yes'), say('no')] },
    'digits-until-pound': {
      actions: [
        answer,
        { id: 'pin', type: 'digits_receive', option: { duration: 8_000, length: 10, key: '#' } },
        set('pin', '${voipbin.call.digits}'),
        is('pin', '1234#', 'wrong'),
        say('right'),
        end,
        say('wrong'),
      ],
      keys: { pin: ['1234#'] },
    },
    loop: {
      actions: [
        answer,
        set('count', 'x'),
        pause(300, 'again'),
        { id: 'goto', type: 'goto', option: { target_id: 'again', loop_count: 3 } },
      ],
    },
    'menu-action': {
      actions: [
        {
          id: 'menu',
          type: 'menu',
          option: {
            prompts: [{ text: 'Press one.' }],
            targets: { 1: 'yes' },
            no_match_prompts: [{ text: 'No.' }],
          },
        },
        end,
        say('yes'),
      ],
      keys: { menu: ['9', '1'] },
    },
    gather: {
      actions: [
        {
          id: 'gather',
          type: 'gather',
          option: { prompts: [{ text: 'Your number.' }], min_length: 3, max_length: 6, variable: 'number' },
        },
        say('You said ${number}.', 'said'),
      ],
      keys: { gather: ['1234#'] },
    },
    'webhook-answers': {
      actions: [
        set('name', 'Ada'),
        send('send', `${url}/webhook-answers`, {
          sync: true,
          response: { map: [{ variable: 'customer', path: '$.customer.name' }] },
          success_id: 'said',
        }),
        say('never'),
        say('Hello ${customer}.', 'said'),
      ],
      replies: { '/webhook-answers': { status: 200, body: { customer: { name: 'Grace' } } } },
    },
    'webhook-fails': {
      actions: [
        send('send', `${url}/webhook-fails`, { sync: true, failure_id: 'sorry' }),
        say('never'),
        say('sorry'),
      ],
      replies: { '/webhook-fails': { status: 503, body: { error: 'no' } } },
    },
    'webhook-later': {
      actions: [answer, set('name', 'Ada'), send('send', `${url}/webhook-later`), pause(500)],
    },
    fetch: {
      actions: [
        { id: 'fetch', type: 'fetch', option: { event_method: 'POST', event_url: `${url}/fetch` } },
        say('after'),
      ],
      replies: {
        '/fetch': { status: 200, body: [{ id: 'fetched', type: 'talk', option: { text: 'Fetched.' } }] },
      },
    },
    'fetch-flow': {
      actions: [answer, { id: 'in', type: 'fetch_flow', option: { flow_id: there.flow } }, say('after')],
    },
    'connect-busy': { actions: [answer, connect(), say('busy')], desk: 'busy' },
    'connect-talks': { actions: [answer, connect(), say('bye')], desk: 'talks' },
    'connect-rings': { actions: [answer, connect({ timeout: 1_500 }), say('nobody')], desk: 'rings' },
    'caller-hangs-up': { actions: [answer, say('hello'), pause(60_000)], hangsUpAt: 'pause' },
    'record-key': {
      actions: [
        answer,
        { id: 'record', type: 'record', option: { end_of_key: '#', duration: 20, min_duration: 0 } },
        say('thanks'),
      ],
      keys: { record: ['#'] },
    },
    'record-beside': {
      hasNoOrder: true,
      actions: [
        answer,
        { id: 'record', type: 'recording_start' },
        pause(1_500),
        { id: 'record-no-more', type: 'recording_stop' },
        pause(300, 'rest'),
      ],
    },
    sounds: {
      actions: [
        answer,
        { id: 'beep', type: 'beep' },
        {
          id: 'play',
          type: 'play',
          option: { stream_urls: ['sound:beep', 'sound:hello'] },
        },
        { id: 'echo', type: 'echo', option: { duration: 500 } },
        { id: 'digits', type: 'digits_send', option: { digits: '12', duration: 100, interval: 100 } },
      ],
    },
    hours: {
      actions: [
        {
          id: 'open',
          type: 'condition_schedule',
          option: { schedule_id: there.open, closed_target_id: 'bad' },
        },
        {
          id: 'closed',
          type: 'condition_schedule',
          option: { schedule_id: there.closed, closed_target_id: 'good' },
        },
        say('bad'),
        end,
        say('good'),
      ],
    },
    conditions: {
      actions: [
        answer,
        {
          id: 'up',
          type: 'condition_call_status',
          option: { status: 'progressing', false_target_id: 'bad' },
        },
        {
          id: 'digits',
          type: 'condition_call_digits',
          option: { length: 0, key: '1', false_target_id: 'good' },
        },
        say('bad'),
        say('good'),
      ],
    },
    refused: { actions: [{ id: 'hangup', type: 'hangup', option: { reason: 'busy' } }] },
    orders: {
      actions: [
        answer,
        { id: 'mute', type: 'mute' },
        { id: 'unmute', type: 'unmute' },
        { id: 'hold', type: 'hold' },
        { id: 'unhold', type: 'unhold' },
        { id: 'moh', type: 'moh' },
        pause(300),
        { id: 'moh-stop', type: 'moh_stop' },
      ],
    },
    'queue-empty': {
      actions: [
        answer,
        { id: 'queue', type: 'queue_join', option: { queue_id: there.emptyQueue } },
        say('sorry'),
      ],
    },
    'queue-served': {
      actions: [answer, { id: 'queue', type: 'queue_join', option: { queue_id: there.queue } }, say('done')],
      desk: 'talks',
    },
    voicemail: {
      actions: [
        answer,
        {
          id: 'leave',
          type: 'voicemail',
          option: { mailbox_id: there.mailbox, end_of_key: '#', min_duration: 0 },
        },
        say('thanks'),
      ],
      keys: { leave: ['#'] },
    },
    conference: {
      actions: [
        answer,
        { id: 'join', type: 'conference_join', option: { conference_id: there.conference } },
        say('after'),
      ],
      hangsUpAt: 'join',
    },
    'error-path': {
      actions: [
        answer,
        {
          id: 'call',
          type: 'connect',
          option: { destinations: [{ type: 'extension', target: '7777' }] },
        },
        {
          id: 'queue',
          type: 'queue_join',
          option: { queue_id: '99bf739a-932f-433c-b1bf-103d33d7e9bb' },
          on_error_id: 'sorry',
        },
        say('never'),
        say('sorry'),
      ],
    },
    'error-goes-on': {
      actions: [
        answer,
        { id: 'in', type: 'fetch_flow', option: { flow_id: '99bf739a-932f-433c-b1bf-103d33d7e9bb' } },
        say('on'),
      ],
    },
    endless: {
      actions: [
        { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
        { id: 'goto', type: 'goto', option: { target_id: 'a', loop_count: 100_000 } },
      ],
    },
    texts: {
      actions: [
        answer,
        { id: 'text', type: 'sip_message', option: { text: 'Hello.' } },
        { id: 'mute', type: 'mute', option: { direction: 'out' } },
        end,
      ],
    },
    'caller-cancels': { actions: [pause(60_000)], hangsUpAt: 'pause' },
    dates: {
      actions: [
        {
          id: 'past',
          type: 'condition_datetime',
          option: { condition: '>=', hour: 0, minute: 0, timezone: 'UTC', false_target_id: 'no' },
        },
        say('yes'),
        end,
        say('no'),
      ],
    },
    'gather-again': {
      actions: [
        {
          id: 'gather',
          type: 'gather',
          option: {
            prompts: [{ text: 'Your number.' }],
            ...{ min_length: 4, max_length: 4, variable: 'number' },
            no_match_prompts: [{ text: 'Too short.' }],
          },
        },
        say('You said ${number}.', 'said'),
      ],
      keys: { gather: ['12#', '1234'] },
    },
    'webhook-no-json': {
      actions: [
        send('send', `${url}/webhook-no-json`, { sync: true, success_id: 'end', failure_id: 'sorry' }),
        say('sorry'),
      ],
      replies: { '/webhook-no-json': { status: 200, body: 'no object' } },
    },
    'webhook-actions': {
      actions: [
        send('send', `${url}/webhook-actions`, { sync: true, response: { type: 'actions' } }),
        say('after'),
      ],
      replies: { '/webhook-actions': { status: 200, body: [say('replied')] } },
    },
    markup: {
      actions: [answer, say('<speak>Good <break time="200ms"/> day.</speak>', 'ssml')],
    },
    agent: {
      actions: [answer, { id: 'agent', type: 'agent_call', option: { agent_id: there.agent } }, say('bye')],
      desk: 'talks',
    },
    'on-a-break': {
      isAlone: true,
      actions: [
        { id: 'away', type: 'agent_status', option: { agent_id: there.agent, status: 'away' } },
        { id: 'agent', type: 'agent_call', option: { agent_id: there.agent }, on_error_id: 'sorry' },
        say('bye'),
        say('sorry'),
        { id: 'back', type: 'agent_status', option: { agent_id: there.agent, status: 'available' } },
      ],
    },
    'call-beside': {
      actions: [
        answer,
        {
          id: 'call',
          type: 'call',
          option: {
            source: { type: 'extension', target: '2000' },
            destinations: [{ type: 'extension', target: '1001' }],
            actions: [{ id: 'called', type: 'talk', option: { text: 'Hello.' } }],
          },
        },
        pause(500),
      ],
      desk: 'talks',
    },
    'phone-of-one': {
      actions: [connect({ timeout: 3_000 }), say('bye')],
      desk: 'talks',
    },
    'hears-nothing': {
      actions: [{ id: 'mailbox', type: 'mailbox', option: { mailbox_id: there.mailbox } }, say('bye')],
    },
    'typed-ahead': {
      actions: [
        answer,
        ask('first'),
        ask('second', 800),
        set('both', '${voipbin.call.digits}'),
        say('thanks'),
      ],
      keys: { first: ['12'] },
    },
    'digits-between': {
      actions: [
        answer,
        {
          id: 'digits',
          type: 'digits_receive',
          option: { duration: 20_000, length: 4, allowed: '123', inter_digit_timeout: 1_500 },
        },
        set('digits', '${voipbin.call.digits} ${voipbin.digits_receive.result}'),
        say('thanks'),
      ],
      keys: { digits: ['1924'] },
    },
    'menu-of-two-digits': {
      actions: [
        {
          id: 'menu',
          type: 'menu',
          option: {
            prompts: [{ text: 'Press.' }],
            targets: { 1: 'no', 12: 'yes' },
            repeat_key: '*',
            no_match_target_id: 'no',
          },
        },
        say('no'),
        end,
        say('yes'),
      ],
      keys: { menu: ['*', '12'] },
    },
    'gather-confirmed': {
      actions: [
        {
          id: 'gather',
          type: 'gather',
          option: {
            prompts: [{ text: 'Number.' }],
            ...{ min_length: 2, max_length: 2, variable: 'number' },
            read_back_prompts: [{ text: 'It is' }],
            confirm_prompts: [{ text: 'Right?' }],
          },
        },
        say('thanks'),
      ],
      keys: { gather: ['42', '2', '43', '1'] },
    },
    'record-silence': {
      actions: [
        answer,
        { id: 'record', type: 'record', option: { end_of_silence: 2, duration: 20, beep_start: false } },
        say('thanks'),
      ],
    },
    'record-too-long': {
      actions: [
        answer,
        {
          id: 'record',
          type: 'record',
          option: { end_of_silence: 0, duration: 2, min_duration: 0, end_of_key: 'none' },
        },
        say('thanks'),
      ],
    },
    'connect-cut': {
      actions: [answer, connect({ duration: 400 }), say('bye')],
      desk: 'talks',
    },
    'connect-one-after-the-other': {
      actions: [
        answer,
        connect({
          ring_method: 'linear',
          timeout: 2_000,
          destinations: [
            { type: 'extension', target: '7777' },
            { type: 'extension', target: '1001' },
          ],
        }),
        say('bye'),
      ],
      desk: 'busy',
    },
    'time-is-up': {
      actions: [
        { id: 'answer', type: 'answer', option: { time_limit: 2_000, time_warning: 0 } },
        pause(60_000),
      ],
    },
    'before-the-answer': {
      actions: [
        { id: 'early', type: 'talk', option: { text: 'Hello.', answer: false } },
        { id: 'hangup', type: 'hangup', option: { code: 486 } },
      ],
    },
    'queue-of-nobody-here': {
      actions: [answer, { id: 'queue', type: 'queue_join', option: { queue_id: there.queue } }, say('sorry')],
      desk: 'rings',
      hangsUpAt: 'queue',
    },
    'recorded-until-silence': {
      actions: [
        answer,
        { id: 'start', type: 'recording_start', option: { end_of_silence: 2 } },
        pause(5_000),
      ],
    },
    'media-beside': {
      actions: [
        answer,
        { id: 'async', type: 'talk', option: { text: 'One two three.', async: true } },
        pause(500),
      ],
    },
    ...outsideCases(there),
  };
  const withEnd = Object.entries(cases).map(([name, { actions, ...rest }]) => {
    const all = [...actions, pause(timeToLook, 'end')];
    return [name, { ...rest, actions: all }] as const;
  });
  return Object.fromEntries(withEnd);
}
