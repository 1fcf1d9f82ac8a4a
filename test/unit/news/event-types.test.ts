import { describe, expect, test } from 'vitest';
import { isEventType, matches } from '../../../src/news/event-types.ts';

const types =
  `activeflow_created activeflow_updated activeflow_deleted call_created call_ringing call_answered call_updated
  call_hungup call_transferred message_created message_updated message_deleted recording_created recording_updated
  recording_deleted transcribe_created transcribe_updated transcribe_deleted transcript_created queue_created queue_updated
  queue_deleted queuecall_created queuecall_entering queuecall_kicking queuecall_serviced queuecall_done queuecall_abandoned
  agent_created agent_updated agent_deleted agent_status_updated conference_created conference_updated conference_deleted
  confbridge_created confbridge_updated confbridge_deleted action_failed amd_finished digits_received external_media_started
  external_media_stopped external_media_failed media_stalled webhook_disabled`.split(/\s+/);
const families =
  `activeflow_* call_* message_* recording_* transcribe_* transcript_* queue_* queuecall_* agent_* conference_*
  confbridge_* action_* amd_* digits_* external_media_* webhook_*`.split(/\s+/);
const words = [
  'call.status',
  'call.completed',
  'message.received',
  'recording.completed',
  'transcribe.completed',
];

describe('a subscription', () => {
  test.each([...types, ...families, ...words, '*'])('may be to %s', (spelling) => {
    expect(isEventType(spelling)).toBe(true);
  });

  test.each([
    '',
    'call',
    'call_',
    'call*',
    'calls_*',
    'call_*_x',
    'Call_hungup',
    ' call_hungup',
    'call_hangup',
    'call.*',
    '**',
    '_*',
  ])('may not be to %j', (spelling) => expect(isEventType(spelling)).toBe(false));

  test.each(['constructor', '__proto__', 'toString'])('may not be to %s', (spelling) => {
    expect(isEventType(spelling)).toBe(false);
    expect(matches([spelling], { type: 'call_created', data: {} })).toBe(false);
  });
});

/** Which of all types a subscription takes. */
const taken = (eventTypes: readonly string[] | undefined, data: object = {}) =>
  types.filter((type) => matches(eventTypes, { type, data }));

describe('an event', () => {
  test('goes to who asked for all, in any way, and to nobody who asked for none', () => {
    expect(taken(undefined)).toEqual(types);
    expect(taken(['*'])).toEqual(types);
    expect(taken([])).toEqual([]);
  });

  test('goes by name, by family and by several of them', () => {
    expect(taken(['call_hungup'])).toEqual(['call_hungup']);
    expect(taken(['call_*', 'amd_finished'])).toEqual([
      ...types.filter((type) => type.startsWith('call_')),
      'amd_finished',
    ]);
    expect(taken(['queue_*'])).toEqual(['queue_created', 'queue_updated', 'queue_deleted']);
    expect(taken(['agent_*'])).toContain('agent_status_updated');
    expect(taken(['transcript_*'])).toEqual(['transcript_created']);
  });

  test('may be of what is being said', () => {
    expect(isEventType('transcript_interim')).toBe(true);
    expect(matches(['transcript_*'], { type: 'transcript_interim', data: {} })).toBe(true);
    expect(matches(['transcript_created'], { type: 'transcript_interim', data: {} })).toBe(false);
  });

  test("goes by the tutorial's words", () => {
    expect(taken(['call.status'])).toEqual(taken(['call_*']));
    expect(taken(['call.completed'])).toEqual(['call_hungup']);
    expect(taken(['message.received'], { direction: 'inbound' })).toEqual(['message_created']);
    expect(taken(['message.received'], { direction: 'outbound' })).toEqual([]);
    expect(taken(['recording.completed'], { status: 'done' })).toEqual(['recording_updated']);
    expect(taken(['recording.completed'], { status: 'recording' })).toEqual([]);
    expect(taken(['transcribe.completed'], { status: 'done' })).toEqual(['transcribe_updated']);
  });
});
