import { expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Case {
  /** With every field that users may say. */
  readonly given: (api: ApiFixture) => Promise<Fields>;
  /** What no two of them may share. */
  readonly unique?: Fields;
}

const address = { type: 'extension', target: '1001', target_name: '', name: 'Ann', detail: '' };

async function idOf(api: ApiFixture, kind: string, fields: Fields): Promise<string> {
  return (await api.ask('POST', `/${kind}`, fields)).body.id;
}

const flowOf = (api: ApiFixture) => idOf(api, 'flows', { name: 'other' });

const cases: Readonly<Record<string, Case>> = {
  flows: {
    given: async (api) => {
      await idOf(api, 'webhooks', { uri: 'https://default', is_default: true });
      const actions = [{ id: 'a', type: 'talk', option: { text: 'Hello' }, on_error_id: 'a' }];
      return { name: 'x', detail: 'd', actions, on_complete_flow_id: await flowOf(api), end_webhook: true };
    },
  },
  numbers: {
    given: async (api) => ({ number: '100', name: 'x', detail: 'd', call_flow_id: await flowOf(api) }),
    unique: { number: '101' },
  },
  queues: {
    given: async (api) => ({
      name: 'x',
      tag_ids: [zeroId],
      wait_flow_id: await flowOf(api),
      wait_timeout: 60_000,
      leave_when_empty: true,
    }),
  },
  agents: {
    given: async () => ({ username: 'ann', addresses: [address], status: 'busy', call_waiting: true }),
    unique: { username: 'bob' },
  },
  conferences: {
    given: async (api) => ({
      name: 'x',
      type: 'connect',
      data: { a: { b: 1 } },
      timeout: 1_209_600,
      pre_flow_id: await flowOf(api),
      max_members: 5,
    }),
  },
  schedules: {
    given: async () => ({
      name: 'x',
      detail: 'd',
      timezone: 'Asia/Kathmandu',
      periods: [{ days: ['sat'], from: '22:00', to: '02:00' }],
      exceptions: [
        { date: '2026-12-24', name: 'Eve', periods: [{ from: '08:00', to: '12:00' }] },
        { date: '--12-25', closed: true },
      ],
    }),
  },
  chatbots: {
    given: async () => ({
      name: 'x',
      detail: 'd',
      url: 'https://chat.example/v1',
      model: 'small',
      prompt: 'You sell shoes.',
      voice: 'v',
    }),
  },
  mailboxes: {
    given: async () => ({
      ...{ name: 'x', detail: 'd', extension: '1001', greeting: 'Hello', language: 'de-DE' },
      ...{ max_messages: 5, max_duration: 60, keep_days: 30 },
    }),
    unique: { extension: '1002' },
  },
  confbridges: { given: async () => ({ type: 'connect', max_members: 2 }) },
  webhooks: {
    given: async () => ({
      uri: 'https://x',
      event_types: ['call_*'],
      is_default: true,
      auth: { type: 'basic', username: 'u', password: 'p' },
      secret: 'first',
    }),
  },
};

/** Resources that can be read, and made or changed. */
async function kindsOf(api: ApiFixture): Promise<{ readonly put: string[]; readonly post: string[] }> {
  const { body } = await api.send({ method: 'GET', url: '/openapi.json' });
  const paths = body.paths as Record<string, object>;
  const one = Object.entries(paths).flatMap(([path, verbs]) => {
    const [, kind = ''] = /^\/v1\.0\/(\w+)\/\{id\}$/.exec(path) ?? [];
    return kind !== '' && 'get' in verbs ? [{ kind, isPut: 'put' in verbs }] : [];
  });
  const put = one.filter(({ isPut }) => isPut).map(({ kind }) => kind);
  const post = one.map(({ kind }) => kind).filter((kind) => 'post' in (paths[`/v1.0/${kind}`] ?? {}));
  return { put: put.sort(), post: post.sort() };
}

test('every resource that can be changed is looked at here', async () => {
  await using api = await givenApi();
  const { put, post } = await kindsOf(api);
  // A sound is made of its audio, and of what GET shows only the note changes; phones and trunks need an Asterisk.
  expect(put).toEqual([...Object.keys(cases), 'extensions', 'sounds', 'trunks'].sort());
  // A call, an activeflow, a message and a transcribe are not made by what they then are.
  const others = ['activeflows', 'calls', 'messages', 'tokens', 'transcribes'];
  expect(post).toEqual([...put, ...others].sort());
});

test.each(Object.entries(cases))(
  '%s: what GET shows can be PUT and POSTed',
  async (kind, { given, unique }) => {
    await using api = await givenApi();
    const fields = await given(api);
    const made = await api.ask('POST', `/${kind}`, fields);
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    const path = `/${kind}/${made.body.id}`;
    const shown = (await api.ask('GET', path)).body;
    const changed = await api.ask('PUT', path, shown);
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body).toEqual({ ...shown, tm_update: changed.body.tm_update });

    const copy = await api.ask('POST', `/${kind}`, { ...shown, ...unique });
    expect(copy.status, JSON.stringify(copy.body)).toBe(200);
    const { id, tm_create, tm_update, secret: _, confbridge_id: __, ...rest } = copy.body;
    expect(id).not.toBe(shown.id);
    expect([tm_create > shown.tm_create, tm_update]).toEqual([true, tm_create]);
    const { id: ___, tm_create: ____, tm_update: _____, confbridge_id: ______, ...before } = shown;
    expect(rest).toEqual({ ...before, ...unique });
  },
);

test.each(Object.entries(cases))(
  '%s: what is read only is ignored, whatever it says',
  async (kind, { given }) => {
    await using api = await givenApi();
    const made = await api.ask('POST', `/${kind}`, await given(api));
    const path = `/${kind}/${made.body.id}`;
    const shown = (await api.ask('GET', path)).body;
    const nonsense = { id: 7, tm_create: null, tm_update: 'x', tm_delete: wireTime() };
    expect((await api.ask('PUT', path, nonsense)).body).toEqual({ ...shown, tm_update: expect.any(String) });
    expect((await api.ask('GET', path)).body).toMatchObject({ id: shown.id, tm_delete: neverTime });
  },
);

test.each(Object.entries(cases))('%s: any other key is refused', async (kind, { given, unique }) => {
  await using api = await givenApi();
  const made = await api.ask('POST', `/${kind}`, await given(api));
  const path = `/${kind}/${made.body.id}`;
  const shown = (await api.ask('GET', path)).body;
  for (const answer of [
    await api.ask('PUT', path, { ...shown, odd: 1 }),
    await api.ask('POST', `/${kind}`, { ...shown, ...unique, odd: 1 }),
  ])
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'odd', message: 'unknown key' }] } },
    });
});

test('a token as GET shows it makes another one; what it would be is not for its maker to say', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/tokens', { name: 'x', scopes: ['read'] });
  const shown = (await api.ask('GET', `/tokens/${body.id}`)).body;
  const copy = await api.ask('POST', '/tokens', shown);
  expect(copy).toMatchObject({
    status: 200,
    body: { name: 'x', scopes: ['read'], token: expect.any(String) },
  });
  expect(copy.body.prefix).not.toBe(shown.prefix);
  const chosen = await api.ask('POST', '/tokens', { name: 'x', token: 'mine' });
  expect(chosen.body.error.details).toMatchObject([{ path: 'token' }]);
});

test("an agent's status is told by its own route, and a change of the rest leaves it", async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/agents', { username: 'ann' });
  await api.ask('PUT', `/agents/${body.id}/status`, { status: 'away' });
  const changed = await api.ask('PUT', `/agents/${body.id}`, { ...body, name: 'Ann' });
  expect(changed.body).toMatchObject({ name: 'Ann', status: 'away' });
});

test('secrets of a webhook that are not shown stay; a password needs one to stay', async () => {
  await using api = await givenApi();
  const auth = { type: 'basic', username: 'u', password: 'p' };
  const { body } = await api.ask('POST', '/webhooks', { uri: 'https://x', secret: 'first', auth });
  const path = `/webhooks/${body.id}`;
  const shown = (await api.ask('GET', path)).body;
  await api.ask('PUT', path, { ...shown, auth: { type: 'basic', username: 'v' } });
  expect(await api.store.webhooks.get(body.id)).toMatchObject({
    secrets: ['first'],
    auth: { type: 'basic', username: 'v', password: 'p' },
  });
  await api.ask('PUT', path, { auth: { type: 'none' } });
  const none = await api.ask('PUT', path, { auth: { type: 'basic', username: 'v' } });
  expect(none.body.error.details).toMatchObject([{ path: 'auth.password' }]);
});

test('a webhook that we disabled stays so when it is sent back, and its copy sends nothing', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri: 'https://x' });
  const path = `/webhooks/${body.id}`;
  expect((await api.ask('PUT', path, { status: 'disabled' })).status).toBe(400);
  await api.store.webhooks.update(body.id, { status: 'disabled', tm_update: wireTime() });
  const shown = (await api.ask('GET', path)).body;
  expect((await api.ask('PUT', path, { ...shown, name: 'x' })).body).toMatchObject({
    name: 'x',
    status: 'disabled',
  });
  expect((await api.ask('POST', '/webhooks', shown)).body).toMatchObject({ status: 'inactive' });
  expect((await api.ask('PUT', path, { status: 'active' })).body).toMatchObject({ status: 'active' });
});

test('a flow as GET shows it can be validated', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/flows', { name: 'x', actions: [{ type: 'answer' }] });
  expect((await api.ask('POST', '/flows/validate', body)).body).toMatchObject({ valid: true });
});
