import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const played = (given: ReturnType<typeof givenCall>) =>
  given.asterisk.requests.flatMap(({ operation, body }) => (operation.name === 'play' ? body?.media : []));

test('answers, and plays one sound after the other', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b/c'] });
  await pass(1_999);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.call.isUp).toBe(true);
  expect(played(given)).toEqual(['sound:a', 'sound:b/c']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is heard before the answer where it is not to answer', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const flow = given.run(
    { type: 'play', option: { stream_urls: ['sound:a'], answer: false } },
    { type: 'hangup', option: { reason: 'busy' } },
  );
  await pass(1_000);
  await flow.done;
  expect(played(given)).toEqual(['sound:a']);
  expect(given.of('call_answered')).toEqual([]);
  expect(await given.channel.ended.promise).toEqual({ by: 'them', status: 486 });
  given.expectNothingLeft();
});

test('plays the list `loop` times', async () => {
  const given = givenCall();
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b'], loop: 3 });
  await pass();
  expect(flow.at).toBe('after');
  expect(played(given)).toEqual(['sound:a', 'sound:b', 'sound:a', 'sound:b', 'sound:a', 'sound:b']);
  given.hangup();
  await flow.done;
});

test('skips what cannot be played, and says which', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:bad');
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:bad', 'sound:b'], loop: 3 });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.of('action_failed')).toEqual([
    expect.objectContaining({
      action: { id: 'it', type: 'play' },
      code: 'PLAYBACK_FAILED',
      message: 'stream_urls[1]: there is no such sound, uploaded or of Asterisk: sound:bad',
    }),
  ]);
  // Once is enough.
  expect(played(given)).toEqual(['a', 'bad', 'b', 'a', 'b', 'a', 'b'].map((name) => `sound:${name}`));
  given.hangup();
  await flow.done;
});

test('names what cannot be played as it is written: a value may be what the caller has pressed', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:1234');
  const flow = given.run(
    { type: 'variable_set', option: { key: 'pin', value: '1234' } },
    { type: 'play', option: { stream_urls: ['sound:${pin}'] } },
  );
  await pass();
  expect(given.of('action_failed').map(({ message }) => message)).toEqual([
    'there is no such sound, uploaded or of Asterisk: sound:${pin}',
  ]);
  given.hangup();
  await flow.done;
});

test('fails when nothing can be played, after one round', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:bad');
  const flow = given.runOne('play', { stream_urls: ['sound:bad', 'sound:bad'], loop: 1_000 });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.of('action_failed').map(({ message }) => message)).toEqual([
    'stream_urls[0]: there is no such sound, uploaded or of Asterisk: sound:bad',
    'stream_urls[1]: there is no such sound, uploaded or of Asterisk: sound:bad',
    'nothing of the list could be played',
  ]);
  expect(played(given)).toHaveLength(2);
  given.hangup();
  await flow.done;
});

test('fails for the reason of the only one', async () => {
  const given = givenCall();
  given.media.failures.set('https://a.test/x.wav', 'TIMEOUT');
  const flow = given.runOne('play', { stream_urls: ['https://a.test/x.wav'], loop: 1_000 });
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['TIMEOUT']]);
  expect(flow.variable('voipbin.action.error.code')).toBe('TIMEOUT');
  given.hangup();
  await flow.done;
});

test('stops when in the end nothing can be played any more', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b'], loop: 1_000 });
  await pass(2_000);
  given.asterisk.missingSounds.add('sound:a').add('sound:b');
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual(['PLAYBACK_FAILED', 'PLAYBACK_FAILED', 'PLAYBACK_FAILED']);
  given.hangup();
  await flow.done;
});

describe('a URL', () => {
  const [one, two, three] = ['http://a.test/1.wav', 'https://a.test/2.mp3', 'HTTPS://a.test/3'] as const;

  test('is fetched while the one before is played', async () => {
    const given = givenCall({ soundLength: 5_000 });
    given.media.duration = 2_000;
    const flow = given.runOne('play', { stream_urls: [one, two, three] });
    await pass();
    expect(given.media.requests).toEqual([one, two]);
    await pass(1_999);
    expect(played(given)).toEqual([]);
    await pass(1);
    expect(played(given)).toEqual(['sound:/downloads/1']);
    await pass(5_000);
    expect(given.media.requests).toEqual([one, two, three]);
    await pass(10_000);
    expect(flow.at).toBe('after');
    expect(played(given)).toEqual(['1', '2', '3'].map((name) => `sound:/downloads/${name}`));
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('that cannot be fetched is skipped, and told of when its turn has come', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.media.failures.set(two, 'CLIENT_ERROR');
    const flow = given.runOne('play', { stream_urls: [one, two, three] });
    await pass(999);
    expect(given.failures).toEqual([]);
    await pass(1);
    expect(given.of('action_failed')).toEqual([
      expect.objectContaining({
        code: 'CLIENT_ERROR',
        message: 'stream_urls[1]: the server is like that',
      }),
    ]);
    await pass(1_000);
    expect(flow.at).toBe('after');
    given.hangup();
    await flow.done;
  });

  test('in which a variable has no value names it where it is skipped', async () => {
    const given = givenCall();
    given.media.failures.set('https:///2.mp3', 'UNREACHABLE');
    const flow = given.runOne('play', { stream_urls: [one, 'https://${host}/2.mp3'] });
    await pass(5_000);
    expect(given.of('action_failed').map(({ message }) => message)).toEqual([
      'stream_urls[1]: the server is like that: `host` has no value',
    ]);
    given.hangup();
    await flow.done;
  });

  test.each([0, 100, 1_500])('being fetched is given up when the caller hangs up after %d ms', async (ms) => {
    const given = givenCall({ soundLength: 10_000 });
    given.media.duration = 1_000;
    const flow = given.runOne('play', { stream_urls: [one, two] });
    await pass(ms);
    given.hangup();
    await flow.done;
    await pass();
    expect(given.media.aborted).toBe(ms < 1_000 ? given.media.requests.length : 0);
    expect(given.failures).toEqual([]);
    given.expectNothingLeft();
  });

  test('being fetched is given up for a digit with `digits_handle: next`', async () => {
    const given = givenCall({ soundLength: 10_000 });
    given.media.duration = 20_000;
    const flow = given.runOne('play', { stream_urls: [one, two], digits_handle: 'next', loop: 9 });
    await pass(1_000);
    given.press('1');
    await pass();
    expect(flow.at).toBe('after');
    expect([played(given), given.media.aborted, given.failures]).toEqual([[], 2, []]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('with values in it: those are escaped, a whole one is a URL', async () => {
    const given = givenCall({ from: 'a/../b?c' });
    const flow = given.run(
      { type: 'variable_set', option: { key: 'whole', value: 'https://a.test/x?y=1' } },
      {
        type: 'play',
        option: { stream_urls: ['https://a.test/${voipbin.call.source.target}.wav', '${whole}'] },
      },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass();
    expect(given.media.requests).toEqual(['https://a.test/a%2F..%2Fb%3Fc.wav', 'https://a.test/x?y=1']);
    given.hangup();
    await flow.done;
  });

  test('that a value makes no URL fails the action', async () => {
    const given = givenCall();
    const flow = given.run(
      { id: 'it', type: 'play', option: { stream_urls: ['${missing}'] } },
      { type: 'play', option: { stream_urls: ['sound:${missing}'] } },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass();
    expect(given.failures).toEqual(['INVALID_OPTION', 'INVALID_OPTION']);
    given.hangup();
    await flow.done;
  });
});

describe('a recording', () => {
  test('is played when there is one', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.asterisk.recordings.stored.set('a/b', 'wav');
    const flow = given.runOne('play', { stream_urls: ['recording:a/b', 'recording:none'] });
    await pass(1_000);
    expect(flow.at).toBe('after');
    expect(played(given)).toEqual(['recording:a/b']);
    expect(given.of('action_failed').map(({ code, message }) => `${code} ${message}`)).toEqual([
      'RECORDING_NOT_FOUND stream_urls[1]: there is no such recording: recording:none',
    ]);
    given.hangup();
    await flow.done;
  });

  test('named by a value keeps its slashes', async () => {
    const given = givenCall({ from: 'a/b' });
    given.asterisk.recordings.stored.set('a/b', 'wav');
    const flow = given.runOne('play', { stream_urls: ['recording:${voipbin.call.source.target}'] });
    await pass();
    expect([flow.at, given.failures, played(given)]).toEqual(['after', [], ['recording:a/b']]);
    given.hangup();
    await flow.done;
  });

  test('that Asterisk says nothing of is not played', async () => {
    const given = givenCall();
    given.asterisk.fault('recordings.getStored', { status: 500 });
    const flow = given.runOne('play', { stream_urls: ['recording:a'] });
    await pass();
    expect([given.failures, played(given)]).toEqual([['PLAYBACK_FAILED'], []]);
    given.hangup();
    await flow.done;
  });
});

describe('a digit', () => {
  test('with `digits_handle: next` ends it all at once, and stays', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.run(
      { type: 'play', option: { stream_urls: ['sound:a', 'sound:b'], digits_handle: 'next', loop: 5 } },
      { id: 'digits', type: 'digits_receive' },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(1_000);
    given.press('5');
    await pass();
    expect(flow.at).toBe('after');
    expect(flow.variable('voipbin.call.digits')).toBe('5');
    expect(played(given)).toEqual(['sound:a']);
    expect(given.asterisk.playing).toEqual([]);
    given.hangup();
    await flow.done;
  });

  test('otherwise is kept, and the sound goes on', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.runOne('play', { stream_urls: ['sound:a'] });
    await pass(1_000);
    given.press('5');
    await pass(8_999);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(flow.at).toBe('after');
    given.hangup();
    await flow.done;
  });

  test('that waits skips it, and is no news to one without `digits_handle`', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.press('5');
    const flow = given.run(
      {
        type: 'play',
        option: { stream_urls: ['https://a.example/1.wav', 'sound:a'], digits_handle: 'next' },
      },
      { type: 'play', option: { stream_urls: ['sound:b'] } },
      { type: 'digits_receive' },
      { type: 'play', option: { stream_urls: ['sound:c'], digits_handle: 'next' } },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(2_000);
    expect(flow.at).toBe('after');
    expect(played(given)).toEqual(['sound:b', 'sound:c']);
    expect(flow.variable('voipbin.call.digits')).toBe('5');
    given.hangup();
    await flow.done;
  });
});

test('ends at once when the caller hangs up', async () => {
  const given = givenCall({ soundLength: 10_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b'], loop: 9 });
  await pass(1_000);
  given.hangup();
  await flow.done;
  expect(played(given)).toEqual(['sound:a']);
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('ends the sound when the flow is stopped', async () => {
  const given = givenCall({ soundLength: 10_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a'] });
  await pass(1_000);
  flow.activeflow.stop();
  await flow.done;
  expect(given.asterisk.asked).toEqual(['answer', 'play', 'stop', 'hangup']);
  given.expectNothingLeft();
});

test.each([
  'sound:../etc/passwd', 'sound:/etc/passwd', 'sound:a,b', 'sound:a b', 'sound:', 'file:///etc/passwd', 'tone:1000', 'sound:a.wav',
  'sound:http://x/y', 'recording:../../x', 'recording:/x', 'recording:', '', 'http://', 'ftp://a.test/x', 'data:audio/wav,x', '//a.test/x',
  `https://a.test/${'x'.repeat(8_192)}`, `sound:${'x'.repeat(256)}`,
])('does not take %j', (url) => {
  expect(catalogue.get('play')?.option.safeParse({ stream_urls: [url] }).success).toBe(false);
}); // biome-ignore format: a list of names

test('takes 1 to 100 of them, once to a thousand times', () => {
  const isValid = (option: object) => catalogue.get('play')?.option.safeParse(option).success;
  const stream_urls = ['sound:a', 'recording:a/b-c_d', 'http://a.test/x', 'https://a.test:8443/x?y=z#w'];
  expect(isValid({ stream_urls, loop: 1_000 })).toBe(true);
  for (const option of [
    {},
    { stream_urls: [] },
    { stream_urls: 'sound:a' },
    { stream_urls: Array.from({ length: 101 }, () => 'sound:a') },
    { stream_urls, loop: 0 },
    { stream_urls, loop: 1_001 },
  ])
    expect(isValid(option)).toBe(false);
});
