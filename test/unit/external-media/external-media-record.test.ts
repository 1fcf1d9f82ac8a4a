import { expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { startedMedia, stoppedMedia } from '../../../src/external-media/external-media-record.ts';
import type { ExternalMediaRequest } from '../../../src/ports/external-media.ts';

const request: ExternalMediaRequest = {
  id: 'm',
  externalHost: 'wss://ada:hush@media.example/in?token=hush&room=7',
  encapsulation: 'none',
  connectionType: 'client',
  format: 'slin',
  direction: 'both',
};
const facts = { id: 'm', local_ip: '', local_port: 0, media_uri: '' };

test('is of its call, and has nothing that is secret', () => {
  const record = startedMedia('c', request, facts);
  expect(record).toMatchObject({ ...facts, reference_id: 'c', status: 'started', tm_delete: neverTime });
  expect(JSON.stringify(record)).not.toContain('hush');
});

test.each([
  ['203.0.113.5:8000', '203.0.113.5:8000'],
  ['wss://ada:hush@media.example/in?token=hush', 'media.example'],
  ['ada:hush@media.example:8443/hush', 'media.example:8443'],
  ['media.example?token=hush', 'media.example'],
  ['', ''],
])('of %s the host is %s', (externalHost, host) => {
  expect(startedMedia('c', { ...request, externalHost }, facts).external_host).toBe(host);
});

test('when it is over, it says why and since when', () => {
  const record = startedMedia('c', request, facts);
  const { tm_delete, ...stopped } = stoppedMedia(record, 'peer_closed');
  expect(stopped).toMatchObject({ status: 'stopped', reason: 'peer_closed', tm_create: record.tm_create });
  expect(tm_delete < neverTime).toBe(true);
});
