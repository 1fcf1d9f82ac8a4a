import { expect, test } from 'vitest';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { isPin } from '../../../src/voicemail/pin.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import { givenFlow, givenVoicemail } from '../../support/store-records.ts';

const keys =
  'id,customer_id,name,detail,extension,greeting,language,max_messages,max_duration,keep_days,tm_create,tm_update,tm_delete,has_pin';

/** What a caller has left, with its recording. */
async function left(api: ApiFixture, mailbox_id: string, status: 'new' | 'saved' = 'new') {
  const recording = givenRecording();
  const record = givenVoicemail({ mailbox_id, recording_id: recording.id, status });
  await api.store.commit({
    live: [
      { kind: 'recordings', record: recording },
      { kind: 'voicemails', record },
    ],
  });
  return record;
}

test('a mailbox is created, changed and deleted; its PIN is stored as a hash and never shown', async () => {
  await using api = await givenApi();
  const { status, body: mailbox } = await api.ask('POST', '/mailboxes', { name: 'Ann', pin: '4711' });
  expect(status).toBe(200);
  expect(Object.keys(mailbox).join()).toBe(keys);
  expect(mailbox).toMatchObject({ max_messages: 100, max_duration: 180, keep_days: 0, has_pin: true });
  const stored = async () => (await api.store.mailboxes.get(mailbox.id))?.pin_hash ?? '';
  expect(await isPin('4711', await stored())).toBe(true);
  const path = `/mailboxes/${mailbox.id}`;
  const changed = await api.ask('PUT', path, { detail: 'desk', keep_days: 30 });
  expect(changed.body).toMatchObject({ name: 'Ann', detail: 'desk', keep_days: 30, has_pin: true });
  await api.ask('PUT', path, { pin: '123456' });
  expect(await isPin('123456', await stored())).toBe(true);
  expect((await api.ask('PUT', path, { pin: '' })).body.has_pin).toBe(false);
  expect((await api.ask('GET', '/mailboxes')).body.result).toHaveLength(1);
  expect((await api.ask('DELETE', path)).body.tm_delete).not.toBe(neverTime);
  expect((await api.ask('GET', path)).status).toBe(404);
  expect(api.lines.join('\n')).not.toMatch(/4711|123456|scrypt/);
});

test('a new PIN opens at once what was locked', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/mailboxes', { pin: '4711' });
  await api.store.mailboxes.update(body.id, { wrong_pins: 10, tm_unlock: neverTime, tm_update: neverTime });
  await api.ask('PUT', `/mailboxes/${body.id}`, { pin: '4711' });
  expect(await api.store.mailboxes.get(body.id)).toMatchObject({ wrong_pins: 0, tm_unlock: '' });
});

test.each([
  ['a PIN of letters', { pin: 'abcd' }, 'pin'],
  ['a PIN that is guessed soon', { pin: '123' }, 'pin'],
  ['a phone that is none', { extension: '../x' }, 'extension'],
  ['a language that is none', { language: 'English' }, 'language'],
  ['room for nobody', { max_messages: 0 }, 'max_messages'],
  ['no time', { max_duration: 0 }, 'max_duration'],
  ['anything else', { wrong_pins: 0 }, 'wrong_pins'],
])('%s is refused', async (_, body, path) => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/mailboxes', body);
  expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path }]]);
});

test('a greeting that nobody could hear is refused, when it is changed too', async () => {
  await using api = await givenApi();
  const heard = [
    'Sound: hello',
    'sound:my/greeting',
    'https://media.example.com/x.wav',
    '<speak>Hi</speak>',
    '',
  ];
  for (const greeting of heard)
    expect((await api.ask('POST', '/mailboxes', { greeting })).body.greeting).toBe(greeting);
  const { id } = (await api.ask('POST', '/mailboxes', {})).body;
  const audio = '<speak><audio src="file:///etc/passwd"/></speak>';
  for (const greeting of ['sound:../x', 'sound:a.wav', 'file:///etc/passwd', 'ftp://x/y.wav', audio])
    for (const [method, path] of [
      ['POST', '/mailboxes'],
      ['PUT', `/mailboxes/${id}`],
    ] as const) {
      const { status, body } = await api.ask(method, path, { greeting });
      expect([status, body.error?.details]).toMatchObject([400, [{ path: 'greeting' }]]);
    }
});

test('a phone has one mailbox', async () => {
  await using api = await givenApi();
  await api.ask('POST', '/mailboxes', { extension: '1001' });
  const refused = await api.ask('POST', '/mailboxes', { extension: '1001' });
  expect([refused.status, refused.body.error.details]).toMatchObject([409, [{ path: 'extension' }]]);
  const other = await api.ask('POST', '/mailboxes', { extension: '1002' });
  expect((await api.ask('PUT', `/mailboxes/${other.body.id}`, { extension: '1001' })).status).toBe(409);
});

test('a mailbox that a flow names is deleted by force only', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/mailboxes', {});
  const actions = [{ type: 'voicemail', option: { mailbox_id: body.id } }];
  await api.store.flows.insert(
    givenFlow({ actions: actions.map((action) => ({ id: 'a', next_id: zeroId, ...action })) }),
  );
  const path = `/mailboxes/${body.id}`;
  expect((await api.ask('DELETE', path)).status).toBe(409);
  expect((await api.ask('DELETE', `${path}?force=true`)).status).toBe(200);
});

test('voicemails are listed by mailbox and status, saved, renewed and deleted with their recordings', async () => {
  await using api = await givenApi();
  const { body: box } = await api.ask('POST', '/mailboxes', {});
  const [first, second] = [await left(api, box.id), await left(api, box.id, 'saved')];
  await left(api, 'another');
  const ids = async (query: string) =>
    (await api.ask('GET', `/voicemails?${query}`)).body.result.map(({ id }: { id: string }) => id);
  expect(await ids('')).toHaveLength(3);
  expect(await ids(`mailbox_id=${box.id}`)).toEqual([second.id, first.id]);
  expect(await ids(`mailbox_id=${box.id}&status=new`)).toEqual([first.id]);
  expect((await api.ask('GET', '/voicemails?status=dropped')).status).toBe(400);
  const path = `/voicemails/${first.id}`;
  expect((await api.ask('GET', path)).body).toEqual(first);
  expect((await api.ask('POST', `${path}/save`)).body).toMatchObject({ id: first.id, status: 'saved' });
  expect(await ids(`mailbox_id=${box.id}&status=saved`)).toEqual([second.id, first.id]);
  expect((await api.ask('POST', `${path}/renew`)).body).toMatchObject({ status: 'new' });
  expect((await api.ask('DELETE', path)).status).toBe(200);
  for (const gone of [path, `/recordings/${first.recording_id}`])
    expect((await api.ask('GET', gone)).status).toBe(404);
  for (const order of ['', '/save', '/renew'])
    expect((await api.ask(order === '' ? 'DELETE' : 'POST', `${path}${order}`)).status).toBe(404);
});

test('a voicemail goes with its recording, and with its mailbox', async () => {
  await using api = await givenApi();
  const { body: box } = await api.ask('POST', '/mailboxes', {});
  const [first, second] = [await left(api, box.id), await left(api, box.id)];
  expect((await api.ask('DELETE', `/recordings/${first.recording_id}`)).status).toBe(200);
  expect((await api.ask('GET', `/voicemails/${first.id}`)).status).toBe(404);
  await api.ask('DELETE', `/mailboxes/${box.id}`);
  expect((await api.ask('GET', `/voicemails/${second.id}`)).status).toBe(404);
  expect((await api.ask('GET', `/recordings/${second.recording_id}`)).status).toBe(404);
});
