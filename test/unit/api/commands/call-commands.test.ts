import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallCommands } from '../../../../src/api/commands/call-commands.ts';
import type { CallCommand } from '../../../../src/api/parts.ts';
import { zeroId } from '../../../../src/core/clock.ts';
import type { FlowToRun } from '../../../../src/ports/flow-to-run.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
  type WrittenAction,
} from '../../../support/call-fixture.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Given {
  readonly it: CallFixture;
  readonly commands: CallCommands;
  readonly redirects: FlowToRun[];
  perform(command: CallCommand): Promise<string | undefined>;
}

/** A call whose flow sleeps; without `{ type: 'answer' }` it rings meanwhile. */
async function given(
  options: GivenCall = {},
  actions: readonly WrittenAction[] = [{ type: 'answer' }, longSleep],
): Promise<Given> {
  const it = givenCall(options);
  const redirects: FlowToRun[] = [];
  const commands = new CallCommands({
    calls: it.calls,
    catalogue,
    ports: it.ports,
    recordings: noRecordings,
    activeflows: it.activeflows,
    transfers: {
      redirect: async (_call, flow) => {
        redirects.push(flow);
      },
    },
    onEvent: (event) => it.published.push(event),
  });
  it.run(...actions);
  await pass();
  return { it, commands, redirects, perform: (command) => commands.perform(it.call.id, command) };
}

const unexpected = () => Promise.reject(new Error('no recording is expected'));
const noRecordings = {
  start: unexpected,
  stop: () => undefined,
  pause: unexpected,
  resume: unexpected,
  get: unexpected,
};

const play = (media: string): CallCommand => ({
  type: 'play',
  option: { stream_urls: [media], digits_handle: '', loop: 1 },
});

test('what is done on the call is done one after the other', async () => {
  const { it, perform } = await given({ soundLength: 1_000 });
  await perform(play('sound:one'));
  await perform(play('sound:two'));
  await perform({ type: 'moh', option: {} });
  await pass();
  expect(it.asterisk.playing).toHaveLength(1);
  expect(it.channel.isOnHold).toBe(false);
  await pass(1_500);
  expect(it.asterisk.playing).toHaveLength(1);
  expect(it.channel.isOnHold).toBe(false);
  await pass(1_000);
  expect(it.asterisk.playing).toEqual([]);
  expect(it.channel.isOnHold).toBe(true);
  await perform({ type: 'moh_stop', option: {} });
  await pass();
  expect(it.channel.isOnHold).toBe(false);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

const talk = (text: string, isAsync = false): CallCommand => ({
  type: 'talk',
  option: {
    text,
    language: 'en-US',
    provider: '',
    voice_id: '',
    gender: '',
    digits_handle: '',
    async: isAsync,
  },
});

test('what is said is said as it is written, and one after the other whatever is `async`', async () => {
  const { it, perform } = await given({ soundLength: 1_000 });
  await perform(talk('${voipbin.call.id}', true));
  await perform({ type: 'moh', option: {} });
  await pass();
  expect(it.speech.requests.map(({ text }) => text)).toEqual(['${voipbin.call.id}']);
  expect(it.channel.isOnHold).toBe(false);
  await pass(1_000);
  expect(it.channel.isOnHold).toBe(true);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

test('what is to be heard is not begun any more where somebody answers for the call first', async () => {
  const { it, perform } = await given({ soundLength: 'manual' }, [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 1_000 } },
    { type: 'echo', option: { duration: 60_000 } },
  ]);
  await perform(play('sound:one'));
  await perform(play('sound:two'));
  await perform({ type: 'hold', option: {} });
  await perform({ type: 'digits_send', option: { digits: '1', duration: 100, interval: 100 } });
  await pass(3_000);
  expect(it.asterisk.asked.filter((name) => name === 'play')).toHaveLength(1);
  expect([it.channel.isHeld, it.channel.sentDigits]).toEqual([false, '1']);
  expect(it.failures).toEqual([]);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

test('hold and mute are told to the channel, again and again, and taken back', async () => {
  const { it, perform } = await given();
  for (const type of ['hold', 'hold', 'unhold', 'unhold'] as const) {
    await perform({ type, option: {} });
    await pass(1_000);
    expect(it.channel.isHeld, type).toBe(type === 'hold');
    // Phones' own holds are to be heard as music.
    expect(it.channel.variables.get('PJSIP_MOH_PASSTHROUGH()')).toBe('no');
  }
  await perform({ type: 'mute', option: { direction: 'both' } });
  await perform({ type: 'unmute', option: { direction: 'in' } });
  await pass();
  expect([...it.channel.muted]).toEqual(['out']);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

test('what fails then is told by an event, with the activeflow that runs', async () => {
  const { it, perform } = await given();
  it.asterisk.missingSounds.add('sound:missing');
  await perform(play('sound:missing'));
  await pass();
  const activeflow = it.of('activeflow_created')[0]?.id;
  const expected = {
    activeflow_id: activeflow,
    reference_type: 'call',
    reference_id: it.call.id,
    action: { id: zeroId, type: 'play' },
    code: 'PLAYBACK_FAILED',
  };
  expect(it.of('action_failed')).toMatchObject([expected]);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

test('ten may be under way or wait', async () => {
  const { it, perform } = await given({ soundLength: 'manual' });
  for (let count = 0; count < 10; count++) await perform(play('sound:long'));
  await expect(perform(play('sound:long'))).rejects.toMatchObject({ reason: 'CONFLICT' });
  it.hangup();
  await pass();
  expect(it.failures).toEqual([]);
  it.expectNothingLeft();
});

test('a redirected call is rid of what was still to be done, and takes more', async () => {
  const { it, commands, redirects, perform } = await given({ soundLength: 'manual' });
  await perform(play('sound:one'));
  await perform({ type: 'moh', option: {} });
  await pass();
  const flow = { id: zeroId, actions: [] };
  await commands.redirect(it.call.id, flow);
  await pass();
  expect(redirects).toEqual([flow]);
  expect(it.asterisk.playing).toEqual([]);
  expect(it.channel.isOnHold).toBe(false);
  expect(it.failures).toEqual([]);
  await perform({ type: 'moh', option: {} });
  await pass();
  expect(it.channel.isOnHold).toBe(true);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});

test('a call that is not there, not answered, or being hung up takes none', async () => {
  const { it, commands, perform } = await given();
  const conflict = (message: string) => ({ reason: 'CONFLICT', message });
  const flow = { id: zeroId, actions: [] };
  await expect(commands.perform('nobody', play('sound:one'))).rejects.toMatchObject(
    conflict('the call has ended'),
  );
  expect(commands.hangup('nobody')).toBe(false);
  expect(commands.hangup(it.call.id)).toBe(true);
  await expect(perform(play('sound:one'))).rejects.toMatchObject(conflict('the call has ended'));
  await expect(commands.redirect(it.call.id, flow)).rejects.toMatchObject(conflict('the call has ended'));
  await pass();
  it.expectNothingLeft();
});

test.each([
  ['is answered', 'normal', undefined],
  ['rings', 'cancel', [longSleep]],
])('one that %s and is hung up by the API has ended with the reason %s', async (_what, reason, actions) => {
  const { it, commands } = await given({}, actions);
  commands.hangup(it.call.id);
  await pass();
  expect(it.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: reason }]);
});

test('one that still rings takes none, but may be sent elsewhere', async () => {
  const { it, commands, redirects } = await given({}, [longSleep]);
  const unanswered = { reason: 'CONFLICT', message: 'the call is not answered' };
  await expect(commands.perform(it.call.id, play('sound:one'))).rejects.toMatchObject(unanswered);
  await commands.redirect(it.call.id, { id: zeroId, actions: [] });
  expect(redirects).toHaveLength(1);
  it.hangup();
  await pass();
});

test('a recording is stopped where there is one', async () => {
  const { it, perform } = await given();
  const conflict = { reason: 'CONFLICT' };
  await expect(perform({ type: 'recording_stop', option: { id: '' } })).rejects.toMatchObject(conflict);
  await expect(perform({ type: 'recording_pause', option: { id: '' } })).rejects.toMatchObject(conflict);
  it.hangup();
  await pass();
  it.expectNothingLeft();
});
