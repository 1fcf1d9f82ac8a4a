import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { csvLine } from '../../../src/api/csv.ts';
import { wireTime } from '../../../src/core/clock.ts';
import { givenApi, token } from '../../support/store-api.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';

const party = (target: string, target_name = '') => ({
  type: 'tel',
  target,
  target_name,
  name: '',
  detail: '',
});

const get = (path: string) => ({
  method: 'GET' as const,
  url: `/v1.0/${path}`,
  headers: { authorization: `Bearer ${token}` },
});

test('calls are a table, newest first, with what strangers call themselves as text', async () => {
  await using api = await givenApi();
  const ended = givenCall({
    source: party('+4917012345', '=HYPERLINK("http://evil.example")'),
    destination: party('100', 'Ada, "the first"\nLovelace'),
    status: 'hangup',
    hangup_by: 'remote',
    hangup_reason: 'normal',
    tm_create: '2022-04-11 00:23:54.000000',
    tm_progressing: '2022-04-11 00:23:55.000000',
    tm_hangup: '2022-04-11 00:24:55.250000',
  });
  const living = givenCall({ source: party('1001'), destination: party('100'), tm_create: wireTime() });
  for (const call of [ended, living]) recordCall(api.recorder, call);
  const { statusCode, headers, body } = await api.api.inject(get('calls/export?since=2022-04-01'));
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="calls.csv"',
  });
  const [names, first, ...rest] = body.split('\r\n');
  expect(names).toMatch(/^id,direction,status,source_type,source,source_name,/);
  expect(first?.split(',')[0]).toBe(living.id);
  expect(rest.join('\r\n')).toContain(
    `${ended.id},incoming,hangup,tel,+4917012345,"'=HYPERLINK(""http://evil.example"")",tel,100,"Ada, ""the first""\nLovelace",`,
  );
  expect(rest.join('\r\n')).toContain('2022-04-11 00:24:55.250000,60.250,remote,normal,');
  const narrowed = await api.api.inject(get('calls/export?search=lovelace'));
  expect(narrowed.body).toContain(ended.id);
  expect(narrowed.body).not.toContain(living.id);
});

test('or lines of JSON, each as the API answers the call; of many pages each call once', async () => {
  await using api = await givenApi();
  const calls = Array.from({ length: 230 }, () => givenCall());
  for (const call of calls) recordCall(api.recorder, call);
  const { headers, body } = await api.api.inject(get('calls/export?format=jsonl'));
  expect(headers['content-type']).toBe('application/jsonl');
  const lines = body.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(calls.map(({ id }) => id).reverse());
  expect(JSON.parse(lines[0] ?? '')).toEqual((await api.ask('GET', `/calls/${calls.at(-1)?.id}`)).body);
});

test('of a table that nobody reads any more nothing more is read from the store', async () => {
  await using api = await givenApi();
  // More than goes into the buffers on the way.
  const note = 'x'.repeat(20_000);
  const calls = Array.from({ length: 1_000 }, () => givenCall({ sip_reason: note }));
  await api.store.commit({ live: calls.map((record) => ({ kind: 'calls', record }) as const) });
  const list = vi.spyOn(api.store.calls, 'list');
  const address = await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { url, headers } = get('calls/export?format=jsonl');
  const [answer] = (await once(request(new URL(url, address), { headers }).end(), 'response')) as [
    IncomingMessage,
  ];
  await once(answer, 'readable');
  answer.destroy();
  const pages = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return list.mock.calls.length;
  };
  let [before, after] = [0, await pages()];
  while (after > before) [before, after] = [after, await pages()];
  expect(after).toBeLessThan(9);
});

test.each(['format=xml', 'since=yesterday', 'page_size=10', 'status=busy'])(
  '%s is refused',
  async (query) => {
    await using api = await givenApi();
    expect((await api.ask('GET', `/calls/export?${query}`)).status).toBe(400);
  },
);

test('a cell is text where a table would reckon with it, and a number stays a number', () => {
  expect(csvLine(['-1+2', '+49 (89) 123-45', '-5', '@x', 'a,b', 'plain', '', '+cmd', '\t=1'])).toBe(
    `'-1+2,+49 (89) 123-45,-5,'@x,"a,b",plain,,'+cmd,'\t=1\r\n`,
  );
  // Where people write in full width, their tables reckon with these, too.
  expect(csvLine(['＝1', '＠x', '＋1', '－1', '\n=1', 'ａ＝'])).toBe(`'＝1,'＠x,'＋1,'－1,"'\n=1",ａ＝\r\n`);
});
