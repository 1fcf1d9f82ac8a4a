import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sipHeader } from '../../../src/calls/sip-header.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** As the seed shows a call; the order is part of the contract. */
const callKeys = [
  'id', 'flow_id', 'type', 'master_call_id', 'chained_call_ids', 'recording_id', 'recording_ids', 'source',
  'destination', 'status', 'action', 'direction', 'hangup_by', 'hangup_reason', 'tm_create', 'tm_update',
  'tm_progressing', 'tm_ringing', 'tm_hangup', 'activeflow_id', 'hold', 'sip_code', 'sip_reason', 'hangup_cause',
  'held', 'mute', 'moh', 'trunk_id', 'flow_revision',
]; // biome-ignore format: a list of names
const addressKeys = ['type', 'target', 'target_name', 'name', 'detail'];
const never = '9999-01-01 00:00:00.000000';
const someTime = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);

describe('a call that comes in', () => {
  test('is published as the seed has it', async () => {
    const given = givenCall({ number: '100', from: '+821100000002', name: 'Ann' });
    given.call.announce('d157ce07-0360-4cad-9007-c8ab89fccf9c', '8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111');
    const [created] = given.of('call_created');
    if (!created) throw new Error('nothing was published');
    expect(Object.keys(created)).toEqual(callKeys);
    expect(Object.keys(created.source)).toEqual(addressKeys);
    expect(created).toEqual({
      id: given.call.id,
      flow_id: 'd157ce07-0360-4cad-9007-c8ab89fccf9c',
      type: 'flow',
      master_call_id: '00000000-0000-0000-0000-000000000000',
      chained_call_ids: [],
      recording_id: '00000000-0000-0000-0000-000000000000',
      recording_ids: [],
      source: { type: 'tel', target: '+821100000002', target_name: 'Ann', name: '', detail: '' },
      destination: { type: 'tel', target: '100', target_name: '', name: '', detail: '' },
      status: 'ringing',
      action: {
        id: '00000000-0000-0000-0000-000000000001',
        next_id: '00000000-0000-0000-0000-000000000000',
        type: '',
      },
      direction: 'incoming',
      hangup_by: '',
      hangup_reason: '',
      tm_create: someTime,
      tm_update: never,
      tm_progressing: never,
      tm_ringing: never,
      tm_hangup: never,
      activeflow_id: '8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111',
      hold: false,
      sip_code: 0,
      sip_reason: '',
      hangup_cause: 0,
      held: false,
      mute: '',
      moh: '',
      trunk_id: '00000000-0000-0000-0000-000000000000',
      flow_revision: 0,
    });
  });

  test('shows whether its phone holds it, until it is over', async () => {
    const given = givenCall({ state: 'Up' });
    given.call.announce('');
    given.hold(true);
    given.asterisk.emit({ type: 'ChannelHold', channel: given.channel.json });
    given.hold(false);
    given.hold(true);
    given.hangup();
    await pass();
    expect(given.types).toEqual([
      'call_created',
      'call_updated',
      'call_updated',
      'call_updated',
      'call_hungup',
    ]);
    expect(given.of('call_updated').map(({ hold }) => hold)).toEqual([true, false, true]);
    expect(given.of('call_hungup')).toMatchObject([{ hold: false }]);
    given.expectNothingLeft();
  });

  test('that rings without being answered has rung at no time we could tell', async () => {
    const given = givenCall();
    given.run({ type: 'sleep', option: { duration: 1_000 } });
    await pass();
    expect(given.call.record).toMatchObject({ status: 'ringing', tm_ringing: never });
    given.hangup();
    await pass();
    expect(given.types).not.toContain('call_ringing');
    expect(given.of('call_hungup')).toMatchObject([{ tm_ringing: never, tm_progressing: never }]);
  });

  test('was last changed by its end, and shows the action that was cut short', async () => {
    const given = givenCall();
    given.run({ type: 'answer' }, { id: 'cut', type: 'sleep', option: { duration: 60_000 } });
    await pass(1_000);
    given.hangup();
    await pass();
    const [ended] = given.of('call_hungup');
    expect(ended).toMatchObject({
      hangup_by: 'remote',
      hangup_reason: 'normal',
      action: { id: 'cut', type: 'sleep', option: { duration: 60_000 } },
      tm_hangup: someTime,
    });
    expect(ended?.tm_update).toBe(ended?.tm_hangup);
  });

  test('publishes each event once and in order, and tm_update only grows', async () => {
    const given = givenCall();
    const flow = given.run(
      { type: 'answer' },
      { type: 'talk', option: { text: 'hello', language: 'en-US' } },
      { type: 'sleep', option: { duration: 1_000 } },
    );
    await pass(1_000);
    await flow.done;
    expect(given.types).toEqual([
      'activeflow_created', 'call_created', 'activeflow_updated', 'call_updated', 'call_answered', // answer
      'activeflow_updated', 'call_updated', // talk
      'activeflow_updated', 'call_updated', // sleep
      'call_updated', 'call_hungup', 'activeflow_deleted', // the end of the flow hangs up
    ]); // biome-ignore format: one action a line
    const calls = given.published.flatMap((event) => (event.type.startsWith('call_') ? [event.data] : []));
    const updates = calls.map((data) => (data as { tm_update: string }).tm_update).slice(1);
    expect(updates).toEqual([...new Set(updates)].sort());
    given.expectNothingLeft();
  });

  test('shows its action with its option and when it began', async () => {
    const given = givenCall();
    given.run({ id: 'wait', type: 'sleep', option: { duration: 500 } });
    await pass();
    const { action } = given.call.record;
    expect(Object.keys(action)).toEqual(['id', 'next_id', 'type', 'option', 'tm_execute']);
    expect(action).toMatchObject({ id: 'wait', type: 'sleep', option: { duration: 500 } });
    expect(action.tm_execute).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$/);
    given.hangup();
    await pass();
  });
});

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('answering waits for the channel to be Up, and is done at once when it is', async () => {
    const given = givenCall({ events });
    given.call.announce('');
    const answered = given.call.answer(given.call.hangupSignal);
    await pass();
    await answered;
    await given.call.answer(given.call.hangupSignal);
    expect(given.asterisk.asked).toEqual(['answer']);
    expect(given.call.isUp).toBe(true);
    expect(given.call.record).toMatchObject({ status: 'progressing', tm_progressing: someTime });
    expect(given.call.pendingExpectations).toBe(0);
    expect(given.types).toEqual(['call_created', 'call_answered']);
  });

  test('we hang up: the channel ends, and everything with it', async () => {
    const given = givenCall({ events });
    given.call.announce('');
    given.call.hangup('busy');
    expect(given.call.record.status).toBe('terminating');
    expect(given.call.isEnded).toBe(false);
    await pass();
    await given.call.whenEnded;
    expect(await given.channel.ended.promise).toMatchObject({ status: 486 });
    expect(given.of('call_hungup')).toMatchObject([
      { status: 'hangup', hangup_by: 'local', hangup_reason: 'busy', tm_hangup: someTime },
    ]);
    given.expectNothingLeft();
  });
});

describe('a caller who hangs up', () => {
  test('after the answer: by remote, normal', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'answer' }, longSleep);
    await pass();
    given.hangup();
    await flow.done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    expect(given.types.slice(-2)).toEqual(['call_hungup', 'activeflow_deleted']);
    given.expectNothingLeft();
  });

  test('before the answer, a CANCEL: by remote, normal', async () => {
    const given = givenCall();
    const flow = given.run(longSleep);
    await pass();
    given.hangup();
    await flow.done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('stays the one who hung up when Asterisk takes its time to end the channel', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'answer' }, longSleep);
    await pass();
    given.asterisk.emit({ type: 'ChannelHangupRequest', channel: given.channel.json });
    await pass(20);
    expect(given.asterisk.asked).not.toContain('hangup');
    given.asterisk.end(given.channel, { by: 'us' });
    await flow.done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('stays the one who hung up when we hang up a moment later', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.emit({ type: 'ChannelHangupRequest', channel: given.channel.json });
    given.call.hangup('failed');
    given.asterisk.end(given.channel, { by: 'us' });
    await pass();
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('is hung up when his channel does not end by itself', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.emit({ type: 'ChannelHangupRequest', channel: given.channel.json });
    await pass(4_999);
    expect(given.asterisk.asked).toEqual([]);
    await pass(1);
    expect(given.asterisk.asked).toEqual(['hangup']);
    given.expectNothingLeft();
  });

  test('while we are hanging up: by local, once', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.fault('hangup', { delay: 50 });
    given.call.hangup('normal');
    given.hangup();
    await pass(50);
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('before the call was announced: it is announced and ended', async () => {
    const given = givenCall();
    given.hangup();
    await pass();
    expect(given.published).toEqual([]);
    given.call.announce('');
    expect(given.types).toEqual(['call_created', 'call_hungup']);
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('before its flow has begun: the flow runs no action', async () => {
    const given = givenCall();
    given.hangup();
    const flow = given.run({ type: 'answer' });
    await flow.done;
    expect(given.types).toEqual(['activeflow_created', 'call_created', 'call_hungup', 'activeflow_deleted']);
    expect(given.asterisk.asked).toEqual([]);
    given.expectNothingLeft();
  });
});

describe('hanging up', () => {
  test('keeps the first reason', async () => {
    const given = givenCall();
    given.call.announce('');
    given.call.hangup('busy');
    given.call.hangup('failed');
    await pass();
    given.call.hangup('failed');
    expect(given.of('call_hungup')).toMatchObject([{ hangup_reason: 'busy' }]);
    expect(given.asterisk.asked).toEqual(['hangup']);
  });

  test('ends once, whatever else Asterisk says', async () => {
    const given = givenCall();
    given.call.announce('');
    const { json } = given.channel;
    given.hangup();
    given.call.deliver({ ...stamp, type: 'StasisEnd', channel: json });
    given.call.deliver({ ...stamp, type: 'ChannelDestroyed', cause: 17, cause_txt: '', channel: json });
    given.call.deliver({ ...stamp, type: 'ChannelStateChange', channel: { ...json, state: 'Up' } });
    await pass();
    expect(given.types).toEqual(['call_created', 'call_hungup']);
    expect(given.call.record.hangup_reason).toBe('normal');
    given.expectNothingLeft();
  });

  test('is asked for again when it was accepted and forgotten', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.fault('hangup', { isIgnored: true, times: 2 });
    given.call.hangup('normal');
    await pass(4_999);
    expect(given.asterisk.asked).toHaveLength(1);
    await pass(1);
    expect(given.asterisk.asked).toHaveLength(2);
    await pass(5_000);
    expect(given.asterisk.asked).toHaveLength(3);
    given.expectNothingLeft();
  });

  test('is asked for again when the connection is away', async () => {
    const given = givenCall();
    given.asterisk.fault('hangup', { status: 503, times: 1 });
    given.call.hangup('normal');
    await pass(5_000);
    expect(given.asterisk.asked).toEqual(['hangup', 'hangup']);
    given.expectNothingLeft();
  });

  test('is done when Asterisk knows the channel no more', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.channels.delete(given.channel.id);
    given.call.hangup('normal');
    await pass();
    expect(given.of('call_hungup')).toHaveLength(1);
    given.expectNothingLeft();
  });

  test('happens by itself at the time limit: timeout', async () => {
    const given = givenCall({ maxDuration: 60_000 });
    given.call.announce('');
    await pass(59_999);
    expect(given.call.isEnded).toBe(false);
    await pass(1);
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'timeout' }]);
    given.expectNothingLeft();
  });

  test('is not hurried by a time limit of months', async () => {
    const given = givenCall({ maxDuration: 90 * 86_400_000 });
    await pass(60_000);
    expect(given.call.hangupSignal.aborted).toBe(false);
    given.hangup();
    await pass();
  });

  test('of a call that was never announced is no event', async () => {
    const given = givenCall();
    given.call.hangup('failed', 1);
    await pass();
    expect(await given.channel.ended.promise).toMatchObject({ status: 404 });
    expect(given.published).toEqual([]);
    given.expectNothingLeft();
  });

  test('a request that only moves the channel in the dialplan is none', async () => {
    const given = givenCall();
    given.asterisk.emit({ type: 'ChannelHangupRequest', cause: 2, soft: true, channel: given.channel.json });
    expect(given.call.hangupSignal.aborted).toBe(false);
  });

  test('an Up that comes too late is no answer', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.fault('hangup', { delay: 50 });
    given.call.hangup('normal');
    given.asterisk.emit({ type: 'ChannelStateChange', channel: { ...given.channel.json, state: 'Up' } });
    await pass(50);
    expect(given.types).toEqual(['call_created', 'call_updated', 'call_hungup']);
  });

  test('after it nothing of the call is published', async () => {
    const given = givenCall();
    given.call.announce('');
    given.hangup();
    given.call.show({ action: { id: 'x', next_id: 'y', type: 'sleep' } });
    expect(given.types.at(-1)).toBe('call_hungup');
  });
});

describe('answering', () => {
  test('that Asterisk refuses fails', async () => {
    const given = givenCall();
    given.asterisk.fault('answer', { status: 412 });
    await expect(given.call.answer(given.call.hangupSignal)).rejects.toMatchObject({ code: 'ANSWER_FAILED' });
    expect(given.call.pendingExpectations).toBe(0);
  });

  test('fails when the channel does not come up in time', async () => {
    const given = givenCall();
    given.asterisk.fault('answer', { isIgnored: true });
    const answered = given.call.answer(given.call.hangupSignal).catch((error: unknown) => error);
    await pass(5_000);
    expect(await answered).toMatchObject({ code: 'ANSWER_FAILED' });
    expect(given.call.pendingExpectations).toBe(0);
  });

  test('succeeds when the news was lost with the connection and reconciling brings it', async () => {
    const given = givenCall();
    given.asterisk.fault('answer', { isIgnored: true });
    const answered = given.call.answer(given.call.hangupSignal);
    await pass();
    given.channel.state = 'Up';
    await given.calls.reconcile(given.call.hangupSignal);
    await pass(5_000);
    await answered;
    expect(given.call.record.status).toBe('progressing');
  });

  test('ends with the call', async () => {
    const given = givenCall();
    given.asterisk.fault('answer', { isIgnored: true });
    const answered = given.call.answer(given.call.hangupSignal).catch((error: unknown) => error);
    await pass();
    given.hangup();
    expect(await answered).toMatchObject({ name: 'CallHungUp' });
    await pass();
    given.expectNothingLeft();
  });
});

describe('a header of the INVITE', () => {
  test('is read, and empty where it is not there', async () => {
    const given = givenCall({ headers: { 'X-Customer': '42' } });
    expect(await sipHeader(given.call, 'x-customer', given.call.hangupSignal)).toBe('42');
    expect(await sipHeader(given.call, 'X-Missing', given.call.hangupSignal)).toBe('');
  });

  test('ends with the call', async () => {
    const given = givenCall();
    given.asterisk.fault('getChannelVar', { delay: 1_000 });
    const header = sipHeader(given.call, 'X-Customer', given.call.hangupSignal).catch(
      (error: unknown) => error,
    );
    given.hangup();
    expect(await header).toMatchObject({ name: 'CallHungUp' });
  });
});

const stamp = { application: 'ariflow', timestamp: '' };
