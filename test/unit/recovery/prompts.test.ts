import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type CallFixture,
  givenCall,
  longSleep,
  pass,
  type WrittenAction,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What Asterisk was asked to play, oldest first. */
function asked({ asterisk }: CallFixture): string[] {
  return asterisk.requests.flatMap(({ operation, body }) =>
    operation.name === 'play' ? [String(body?.media)] : [],
  );
}

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

/** A flow of this action, in a daemon that is killed after so many milliseconds, and started again so many later. */
async function killed(
  action: WrittenAction,
  {
    after,
    later = 0,
    meanwhile,
  }: { after: number; later?: number; meanwhile?: (given: CallFixture) => void },
  soundLength: number | ((media: string) => number) = 2_000,
): Promise<CallFixture> {
  const given = givenCall({ soundLength });
  given.run({ id: 'it', ...action }, { id: 'after', ...longSleep });
  await pass(after);
  return given.restart({ later, meanwhile: () => meanwhile?.(given) });
}

const talk = { type: 'talk', option: { text: 'hello' } };

describe('what is being said when the daemon dies', () => {
  test('is heard to its end, and said once', async () => {
    const life = await killed(talk, { after: 500, later: 1_000 });
    await pass(499);
    expect(life.flow.at).toBe('it');
    await pass(1);
    expect(life.flow.at).toBe('after');
    expect([asked(life), life.speech.requests]).toMatchObject([['sound:/prompts/1'], { length: 1 }]);
    await over(life);
  });

  test('was heard where its end came before the next start', async () => {
    const life = await killed(talk, { after: 500, later: 5_000 });
    await pass();
    expect([life.flow.at, asked(life), life.failures]).toEqual(['after', ['sound:/prompts/1'], []]);
    await over(life);
  });

  test('is stopped by the digit that was to skip it', async () => {
    const skipped = { type: 'talk', option: { text: 'hello', digits_handle: 'next' } };
    const given = givenCall({ soundLength: 10_000 });
    given.run({ id: 'it', ...skipped }, { id: 'after', ...longSleep });
    await pass(500);
    given.asterisk.fault('stop', { isIgnored: true, times: 1 });
    given.press('7');
    const life = await given.restart();
    await pass(100);
    expect([life.flow.at, life.asterisk.playing]).toEqual(['after', []]);
    await over(life);
  });

  test('goes on when the phone takes the call back, also where nobody heard of that', async () => {
    const given = givenCall({ soundLength: 2_000 });
    given.run({ id: 'it', ...talk }, { id: 'after', ...longSleep });
    await pass(500);
    given.hold(true);
    await pass(1_000);
    const life = await given.restart({ later: 3_000, meanwhile: () => given.hold(false) });
    await pass(1_400);
    expect([life.flow.at, life.record?.current_action.id]).toEqual(['it', 'it']);
    await pass(600);
    expect([life.flow.at, asked(life).length]).toEqual(['after', 1]);
    await over(life);
  });

  test('waits where the phone has held the call meanwhile', async () => {
    const given = givenCall({ soundLength: 4_000 });
    given.run({ id: 'it', ...talk }, { id: 'after', ...longSleep });
    await pass(500);
    const life = await given.restart({ later: 500, meanwhile: () => given.hold(true) });
    await pass(10_000);
    expect([life.flow.at, life.asterisk.playing.length]).toEqual(['it', 1]);
    life.hold(false);
    await pass(4_000);
    expect([life.flow.at, asked(life).length]).toEqual(['after', 1]);
    await over(life);
  });

  test('is said where it was still being spoken into its file', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.speech.duration = 800;
    given.run({ id: 'it', ...talk }, { id: 'after', ...longSleep });
    await pass(400);
    const life = await given.restart();
    await pass(1_799);
    expect(life.flow.at).toBe('it');
    await pass(1);
    expect([life.flow.at, asked(life)]).toEqual(['after', ['sound:/prompts/2']]);
    await over(life);
  });

  test('is not said again where it was asked for and that was not written down yet', async () => {
    const given = givenCall({ soundLength: 2_000 });
    const { ari, channelId, id } = given.call;
    given.fake.ari.left.isAwaited = true;
    await given.call.answer(given.scope.signal);
    await ari.play(channelId, ari.id('playback', id, 1, 1), 'sound:/prompts/1', given.scope.signal);
    const flow = given.runOne('talk', talk.option);
    await pass(2_000);
    expect([flow.at, asked(given)]).toEqual(['after', ['sound:/prompts/1']]);
    await over(given);
  });
});

test('a beep sounds once', async () => {
  const life = await killed({ type: 'beep' }, { after: 200 }, 400);
  await pass(200);
  expect([life.flow.at, asked(life)]).toEqual(['after', ['sound:beep']]);
  await over(life);
});

describe('a list', () => {
  const list = (...stream_urls: string[]) => ({ type: 'play', option: { stream_urls } });

  test('goes on behind the very one it was at', async () => {
    const four = list('sound:a', 'sound:b', 'https://media.example/c.wav', 'https://media.example/d.wav');
    const life = await killed(four, { after: 4_500, later: 1_000 });
    expect(life.asterisk.playing).toMatchObject([{ media: 'sound:/downloads/c' }]);
    await pass(500);
    expect(life.asterisk.playing).toMatchObject([{ media: 'sound:/downloads/d' }]);
    await pass(2_000);
    expect(life.flow.at).toBe('after');
    expect(asked(life)).toEqual(['sound:a', 'sound:b', 'sound:/downloads/c', 'sound:/downloads/d']);
    expect(life.media.requests.filter((url) => url.endsWith('c.wav'))).toHaveLength(1);
    await over(life);
  });

  test('tells of a bad one once, in whichever life, and does not try it again', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.asterisk.missingSounds.add('sound:bad');
    given.run(
      { id: 'it', type: 'play', option: { stream_urls: ['sound:bad', 'sound:a', 'sound:b'], loop: 2 } },
      { id: 'after', ...longSleep },
    );
    await pass(500);
    const second = await given.restart();
    await pass(2_000); // in the second round
    const third = await second.restart();
    await pass(1_500);
    expect(third.flow.at).toBe('after');
    expect(asked(third)).toEqual(['sound:bad', 'sound:a', 'sound:b', 'sound:a', 'sound:b']);
    expect(third.failures).toEqual(['PLAYBACK_FAILED']);
    await over(third);
  });

  test('fails where nothing of it could be played, before and after', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.asterisk.missingSounds.add('sound:bad');
    given.media.failures.set('https://media.example/a.wav', 'MEDIA_TOO_LARGE');
    given.media.duration = 1_000;
    given.run(
      { id: 'it', ...list('sound:bad', 'https://media.example/a.wav') },
      { id: 'after', ...longSleep },
    );
    await pass(500);
    const life = await given.restart();
    await pass(1_000);
    expect(life.flow.at).toBe('after');
    expect(life.failures).toEqual(['PLAYBACK_FAILED', 'MEDIA_TOO_LARGE', 'PLAYBACK_FAILED']);
    await over(life);
  });
});

test('what is said beside a flow is heard once as well, in its order', async () => {
  const given = givenCall({ soundLength: 2_000 });
  const beside = (text: string) => ({ type: 'talk', option: { text, async: true } });
  given.run(beside('one'), beside('two'), { id: 'it', ...longSleep });
  await pass(500);
  const life = await given.restart({ later: 500 });
  await pass(2_500);
  expect([life.flow.at, asked(life).length, life.asterisk.playing.length]).toEqual(['it', 2, 1]);
  expect(life.speech.requests.map(({ text }) => text).slice(0, 2)).toEqual(['one', 'two']);
  await pass(500);
  expect(life.asterisk.playing).toEqual([]);
  await over(life);
});

test('silence that nobody needs any more is not sent any more', async () => {
  const given = givenCall();
  given.run(longSleep);
  await given.call.answer(given.scope.signal);
  await given.call.silence.keep(given.call.scope);
  await pass(100);
  expect(given.channel.isKeptAlive).toBe(true);
  const life = await given.restart();
  await pass(100);
  expect(life.channel.isKeptAlive).toBe(false);
  await over(life);
});
