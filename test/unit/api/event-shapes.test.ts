import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import type { WebhookEvent } from '../../../src/news/event-families.ts';
import { eventTypes } from '../../../src/news/event-types.ts';
import { showWebhook } from '../../../src/news/webhook-record.ts';
import { givenConference } from '../../support/fake-conferences.ts';
import { givenQueue } from '../../support/fake-queues.ts';
import { givenTranscribe, givenTranscript } from '../../support/given-transcribes.ts';
import { givenApi } from '../../support/store-api.ts';
import { givenConfbridge } from '../../support/store-conferences-contract.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';
import { givenMessage } from '../../support/store-messages-contract.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import { givenActiveflow, givenCall, givenWebhook } from '../../support/store-records.ts';

await using api = await givenApi();
const { body: document } = await api.send({ method: 'GET', url: '/openapi.json' });
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'api');

const wrong = ({ type, ...event }: { readonly type: string; readonly data: object }): unknown => {
  const place = `webhooks/${type}/post/requestBody/content/application~1json/schema`;
  const isValid = ajv.compile({ $ref: `api#/${place}` });
  return isValid(JSON.parse(JSON.stringify({ type, ...event }))) ? undefined : isValid.errors;
};

const tm_create = '2022-04-11 00:23:54.724620';
const about = { id: zeroId, activeflow_id: zeroId, reference_type: 'call', reference_id: zeroId, tm_create };
const media = { ...about, local_ip: '', local_port: 0, media_uri: '', reason: 'hangup' };

const uuids = { id: zeroId, reference_id: zeroId };

const told: readonly WebhookEvent[] = [
  { type: 'activeflow_updated', data: givenActiveflow() },
  { type: 'call_hungup', data: givenCall() },
  { type: 'message_updated', data: givenMessage('failed') },
  { type: 'recording_created', data: givenRecording() },
  { type: 'recording_updated', data: { ...givenRecording(), url: 'https://calls.example/r/1' } },
  { type: 'transcribe_created', data: givenTranscribe(uuids) },
  {
    type: 'transcribe_updated',
    data: givenTranscribe({ ...uuids, status: 'failed', gaps: [{ direction: 'in', start: 1, end: 2 }] }),
  },
  { type: 'transcript_created', data: givenTranscript({ ...uuids, transcribe_id: zeroId }) },
  { type: 'transcript_interim', data: givenTranscript({ ...uuids, transcribe_id: zeroId }) },
  { type: 'queue_created', data: givenQueue() },
  { type: 'queuecall_entering', data: givenQueuecall() },
  { type: 'agent_status_updated', data: givenAgent() },
  { type: 'conference_deleted', data: givenConference() },
  { type: 'confbridge_updated', data: givenConfbridge() },
  { type: 'webhook_disabled', data: showWebhook(givenWebhook()) },
  { type: 'action_failed', data: { ...about, action: { id: 'a', type: 'talk' }, code: 'X', message: 'x' } },
  { type: 'amd_finished', data: { ...about, status: 'HUMAN', cause: 'HUMAN-1-2', duration: 2 } },
  { type: 'digits_received', data: { ...about, digits: '1', result: 'key' } },
  { type: 'external_media_stopped', data: media },
  { type: 'media_stalled', data: { ...about, what: 'amd' } },
  { type: 'media_stalled', data: { ...about, what: 'transcribe' } },
];

test('the document has every event that is sent, and no other', () => {
  const sent = [...eventTypes()].filter((type) => /^[a-z_]+$/.test(type));
  expect(Object.keys(document.webhooks)).toEqual(sent);
});

test.each(told)('what it says of $type holds for one', (event) => {
  expect(wrong(event)).toBeUndefined();
});

test('what it says of an event does not hold for another one', () => {
  expect(wrong({ type: 'call_hungup', data: givenActiveflow() })).toBeDefined();
  expect(wrong({ type: 'digits_received', data: media })).toBeDefined();
});
