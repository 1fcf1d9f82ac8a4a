import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { sleep } from '../../../src/core/wait.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const second = new Int16Array(8_000);

async function transcribed(option: object = {}): Promise<CallFixture> {
  const given = givenCall();
  given.runOne('transcribe_start', { language: 'en-US', direction: 'in', ...option });
  await pass(100);
  return given;
}

const last = ({ transcribes }: CallFixture) => transcribes.records.at(-1);

describe('a transcription whose daemon is killed', () => {
  test('goes on behind a gap since the last words, which is told, and its times go on', async () => {
    const given = await transcribed({ hints: ['sales'] });
    for (let at = 1; at <= 4; at++) {
      given.audio.say(second);
      await pass(1_000);
    }
    given.hearing.ears[0]?.hear('before', { start: 500, end: 1_500 });
    const after = await given.restart();
    await pass(100);
    const { ears } = after.hearing;
    expect(ears.map(({ request }) => request.hints)).toEqual([['sales'], ['sales']]);
    const [gap] = last(after)?.gaps ?? [];
    expect(gap).toMatchObject({ direction: 'in', start: 1_500 });
    expect(gap?.end).toBeGreaterThanOrEqual(4_000);
    expect(gap?.end).toBeLessThan(4_200);
    after.audio.say(second);
    ears[1]?.hear('after', { start: 100, end: 900 });
    expect(after.transcribes.said.map(({ message }) => message)).toEqual(['before', 'after']);
    expect(after.transcribes.said[1]?.start).toBe((gap?.end ?? 0) + 100);
    after.hangup();
    await pass(10_000);
    expect(last(after)).toMatchObject({ status: 'done', reason: '', gaps: [gap] });
    expect(after.transcribes.types.filter((type) => type === 'transcribe_created')).toHaveLength(1);
    after.expectNothingLeft();
  });

  test('is found by whoever stops it, and says nothing twice when it is killed once more', async () => {
    const given = await transcribed();
    await pass(1_000);
    const once = await given.restart();
    await pass(1_000);
    const twice = await once.restart();
    await pass(1_000);
    expect(last(twice)?.gaps.map(({ start }) => start)).toEqual([0, 0]);
    twice.transcribes.transcribes.stop(twice.call, '');
    await pass(100);
    expect(last(twice)?.status).toBe('done');
    expect(twice.audio.listening).toBe(0);
    await pass(6_000);
    expect([...twice.asterisk.channels.keys()]).toEqual([twice.channel.id]);
  });

  test('goes on over another channel where Asterisk has not noticed yet that the one before is dead', async () => {
    const given = await transcribed();
    given.asterisk.sideChannels.disconnect = () => undefined;
    const media = [...given.asterisk.channels.keys()].find((id) => id.includes('-media-')) ?? '';
    const after = await given.restart();
    await pass(100);
    expect([...after.asterisk.channels.keys()].filter((id) => id.includes('-media-'))).toEqual([
      `${media}-2`,
    ]);
    after.audio.say(second);
    expect(after.hearing.ears[1]?.samples).toBe(8_000);
    after.hangup();
    await pass(10_000);
    after.expectNothingLeft();
  });

  test('stopped before it is not begun again', async () => {
    const given = await transcribed();
    given.hearing.ears[0]!.end = () => new Promise(() => undefined); // its last words take long
    given.transcribes.transcribes.stop(given.call, '');
    await pass(100);
    const after = await given.restart();
    await pass(1_000);
    expect(last(after)).toMatchObject({ status: 'failed', reason: 'LOST' });
    expect(after.hearing.ears).toHaveLength(1);
    expect(after.call.isEnded).toBe(false);
  });

  test('of a caller who has hung up meanwhile is lost', async () => {
    const given = await transcribed();
    const after = await given.restart({ meanwhile: () => given.hangup() });
    await pass(10_000);
    expect(last(after)).toMatchObject({ status: 'failed', reason: 'LOST' });
    after.expectNothingLeft();
  });

  test('is over where nobody is there any more to hear it', async () => {
    const given = await transcribed();
    given.hearing.refusal = new ActionError('HEARING_FAILED', 'nobody hears it');
    const after = await given.restart();
    await pass(1_000);
    expect(last(after)).toMatchObject({ status: 'failed', reason: 'HEARING_FAILED' });
    expect(after.call.isEnded).toBe(false);
  });

  test('before it had found who hears it begins at the next start, and is told of then', async () => {
    const given = givenCall();
    const open = given.hearing.open.bind(given.hearing);
    given.hearing.open = async (...wanted) => {
      await sleep(5_000, wanted[2].signal);
      return open(...wanted);
    };
    given.runOne('transcribe_start', { language: 'en-US', direction: 'in' });
    await pass(1_000);
    expect(given.flow.at).toBe('after');
    expect(given.transcribes.types).toEqual([]);
    const after = await given.restart();
    await pass(6_000);
    expect(after.transcribes.types).toEqual(['transcribe_created']);
    expect(last(after)?.gaps).toEqual([]);
  });
});
