import { expect, test } from 'vitest';
import { soundNameIn } from '../../../src/calls/media-uri.ts';

test.each([
  ['sound:my/greeting', 'my/greeting'],
  ['sound:hello-world_2', 'hello-world_2'],
  ['sound:/etc/passwd', undefined],
  ['sound:my/../greeting', undefined],
  ['sound:my.wav', undefined],
  ['sound:', undefined],
  ['recording:my', undefined],
  ['https://media.example/sound:my', undefined],
])('%s names %s', (media, name) => {
  expect(soundNameIn(media)).toBe(name);
});
