import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/ari/operations.ts';
import { AriError, errorText, ignoreGone, uriOf } from '../../../src/ari/transport.ts';

const oddText = fc.string({ unit: 'grapheme', maxLength: 40 });

describe('uriOf', () => {
  test('is the path with its parameters, and the query', () => {
    expect(uriOf({ operation: operations.ping })).toBe('asterisk/ping');
    expect(uriOf({ operation: operations.play, path: { channelId: 'a/b?c' } })).toBe(
      'channels/a%2Fb%3Fc/play',
    );
    expect(
      uriOf({
        operation: operations.setVariable,
        path: { channelId: 'c' },
        query: { variable: 'A', value: 'x y&z' },
      }),
    ).toBe('channels/c/variable?variable=A&value=x+y%26z');
  });

  test('carries any value unharmed, and no value becomes part of the path', () => {
    fc.assert(
      fc.property(oddText, oddText, (id, value) => {
        fc.pre(id !== '' && id.isWellFormed() && value.isWellFormed() && id !== '.' && id !== '..');
        const uri = uriOf({
          operation: operations.getVariable,
          path: { channelId: id },
          query: { variable: value },
        });
        const url = new URL(uri, 'http://localhost/ari/');
        const [, ari, channels, channel = '', variable, ...rest] = url.pathname.split('/');
        expect([ari, channels, variable, rest]).toEqual(['ari', 'channels', 'variable', []]);
        expect(decodeURIComponent(channel)).toBe(id);
        expect(url.searchParams.get('variable')).toBe(value);
        expect([...url.searchParams.keys()]).toEqual(['variable']);
        expect(url.hash).toBe('');
      }),
    );
  });

  test('a parameter that is missing is empty, never `undefined`', () => {
    expect(uriOf({ operation: operations.channel })).toBe('channels/');
  });
});

test('what waits for a channel thread is in a lane of its own', () => {
  const lanes = Object.fromEntries(Object.entries(operations).map(([name, { lane }]) => [name, lane]));
  expect(lanes).toMatchObject({ answer: 'blocking', setVariable: 'blocking', originate: 'blocking' });
  expect(lanes).toMatchObject({
    hangup: 'urgent',
    stopPlayback: 'urgent',
    play: 'urgent',
    channels: 'urgent',
  });
});

test.each([
  [{ message: 'Channel not found' }, 'Channel not found'],
  [{ error: 'Not allowed' }, 'Not allowed'],
  [{ message: 7 }, 'no reason given'],
  [undefined, 'no reason given'],
  ['text', 'no reason given'],
  [null, 'no reason given'],
])('the reason in the error body %j is %j', (body, text) => {
  expect(errorText(body)).toBe(text);
});

test('what is gone already is a success of cleaning up, and nothing else is', async () => {
  await ignoreGone(Promise.resolve());
  await ignoreGone(Promise.reject(new AriError(404, 'gone')));
  await expect(ignoreGone(Promise.reject(new AriError(409, 'no')))).rejects.toThrow('no');
  await expect(ignoreGone(Promise.reject(new Error('defect')))).rejects.toThrow('defect');
});
