import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type Announcements, noAnnouncements } from '../../../src/ports/announcements.ts';
import { HandlingTimes } from '../../../src/queues/handling-times.ts';
import {
  type CallFixture,
  catalogue,
  givenCall,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';
import type { givenQueue } from '../../support/fake-queues.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Waiting {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
  readonly said: () => string[];
}

/** A call that waits in a queue and is told this every ten seconds. */
async function waiting(
  told: Partial<Announcements>,
  queue: Parameters<typeof givenQueue>[0] = {},
  soundLength = 500,
): Promise<Waiting> {
  const given = givenCall({ soundLength });
  const announcements = { ...noAnnouncements, interval: 10_000, ...told };
  const { id } = given.queues.add({ announcements, ...queue });
  const flow = given.runOne('queue_join', { queue_id: id });
  await pass(100);
  return { given, flow, said: () => given.speech.requests.map(({ text }) => text) };
}

async function over({ given, flow }: Waiting): Promise<void> {
  given.hangup();
  await flow.done;
  await pass(1_000);
  given.expectNothingLeft();
}

const moh = ({ given }: Waiting) =>
  given.asterisk.asked.filter((name) => ['startMoh', 'play'].includes(name)).join();

test('is where the call stands, between pieces of music, and once for as long as it stands there', async () => {
  const waits = await waiting({});
  expect(waits.said()).toEqual([]);
  await pass(1_500);
  expect(waits.said()).toEqual(['You are number 1 in line.']);
  expect(moh(waits)).toBe('startMoh,play,startMoh');
  await pass(60_000);
  expect(waits.said()).toHaveLength(1);
  await over(waits);
});

test('is said again and again where that is wanted', async () => {
  const waits = await waiting({ only_when_changed: false, position: 'Please hold.', language: 'en-GB' });
  await pass(32_000);
  expect(waits.said()).toEqual(Array(3).fill('Please hold.'));
  expect(waits.given.speech.requests[0]).toEqual({ text: 'Please hold.', language: 'en-GB' });
  await over(waits);
});

test('is nothing where none is wanted', async () => {
  const waits = await waiting({ interval: 0 });
  await pass(60_000);
  expect(waits.said()).toEqual([]);
  await over(waits);
});

test('is how long it may take, in minutes, or what is to be said where nobody knows', async () => {
  const waits = await waiting({ only_when_changed: false, position: '', wait_unknown: 'Nobody knows.' });
  await pass(2_000);
  const mean = vi.spyOn(HandlingTimes.prototype, 'mean', 'get').mockReturnValue(61_000);
  await waits.given.queues.addAgent('1002', { status: 'busy' });
  await pass(10_500);
  mean.mockReturnValue(60_000);
  await pass(10_500);
  mean.mockRestore();
  expect(waits.said()).toEqual([
    'Nobody knows.',
    'The expected wait is about 2 minutes.',
    'The expected wait is less than a minute.',
  ]);
  await over(waits);
});

test('is media where it is one, and nothing else comes between its parts', async () => {
  const waits = await waiting({ prompt: 'sound:queue-thankyou' });
  await pass(2_500);
  const played = waits.given.asterisk.asked.filter((name) => ['startMoh', 'play'].includes(name));
  expect(played.join()).toBe('startMoh,play,play,startMoh');
  await over(waits);
});

test('is a text where a variable says it, whatever that is', async () => {
  const waits = await waiting({ position: '${name}' });
  waits.flow.activeflow.variables.set('name', 'https://media.example.com/a.mp3');
  await pass(2_000);
  expect(waits.said()).toEqual(['https://media.example.com/a.mp3']);
  await over(waits);
});

describe('ends at once', () => {
  test('when an agent answers', async () => {
    const waits = await waiting({}, {}, 60_000);
    const { given } = waits;
    await pass(5_000);
    expect(given.asterisk.playing).toHaveLength(1);
    given.asterisk.onDial((party) => party.answer());
    await given.queues.addAgent('1002');
    await pass(200);
    expect(given.queues.moments.at(-1)).toBe('serviced');
    expect(given.asterisk.playing).toEqual([]);
    expect(given.channel.bridge?.members.size).toBe(2);
    await over(waits);
  });

  test('when the caller hangs up', async () => {
    const waits = await waiting({}, {}, 60_000);
    await pass(5_000);
    await over(waits);
  });
});

test('is not said while an agent is rung', async () => {
  const waits = await waiting({});
  waits.given.asterisk.onDial((party) => party.ring());
  await waits.given.queues.addAgent('1002');
  await pass(5_000);
  expect(waits.said()).toEqual([]);
  await over(waits);
});

test('comes between the prompts of a wait flow', async () => {
  const id = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
  const given = givenCall({ soundLength: 4_000 });
  const wait = [{ type: 'play', option: { stream_urls: ['sound:one', 'sound:two'] } }];
  given.flows.set(id, { id, actions: checkFlow(wait, catalogue).actions });
  const announcements = { ...noAnnouncements, interval: 60_000 };
  const queue = given.queues.add({ announcements, wait_flow_id: id });
  const flow = given.runOne('queue_join', { queue_id: queue.id });
  const heard: string[] = [];
  for (let second = 0; second < 13; second++) {
    const [playing] = given.asterisk.playing;
    if (playing && heard.at(-1) !== playing.media) heard.push(playing.media);
    await pass(1_000);
  }
  expect(heard).toEqual(['sound:one', 'sound:/prompts/1', 'sound:two', 'sound:one']);
  await over({ given, flow, said: () => [] });
});

test('is told of once where it cannot be heard, and tried again', async () => {
  const waits = await waiting({});
  const { given } = waits;
  given.speech.failure = new ActionError('SPEECH_FAILED', 'nobody speaks');
  await pass(25_000);
  expect(given.failures).toEqual(['SPEECH_FAILED']);
  given.speech.failure = undefined;
  await pass(10_000);
  expect(given.asterisk.asked).toContain('play');
  await over(waits);
});
