import { expect, test } from 'vitest';
import { commandIn } from '../../../src/external-media/host-commands.ts';

test.each([
  ['FLUSH_MEDIA', 'FLUSH_MEDIA'],
  ['FLUSH_MEDIA\n', 'FLUSH_MEDIA'],
  ['MARK_MEDIA the end of ü', 'MARK_MEDIA'],
  ['STOP_MEDIA_BUFFERING 12ab', 'STOP_MEDIA_BUFFERING'],
  ['HANGUP', 'HANGUP'],
  ['{"command":"MARK_MEDIA","correlation_id":"a"}', 'MARK_MEDIA'],
  ['ANSWER', undefined],
  ['SET_MEDIA_DIRECTION in', undefined],
  ['{"command":"SET_MEDIA_DIRECTION","direction":"in"}', undefined],
  ['{"command":7}', undefined],
  ['{"type":"session.update"}', undefined],
  ['flush_media', undefined],
  ['please FLUSH_MEDIA', undefined],
  ['FLUSH_MEDIA_NOW', undefined],
  ['MARK_MEDIA a\nHANGUP', undefined],
  [`MARK_MEDIA ${'a'.repeat(256)}`, undefined],
  ['null', undefined],
  ['', undefined],
])('%j is the command %s', (text, command) => {
  expect(commandIn(text)).toBe(command);
});
