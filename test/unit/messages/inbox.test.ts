import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { arrivedBy, SipInbox } from '../../../src/messages/sip-inbox.ts';
import { SourceRates } from '../../../src/messages/source-rates.ts';
import { wordsOf } from '../../../src/simulator/asterisk/texts.ts';
import { givenMessages, tel } from '../../support/given-messages.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

const arrived = { source: tel('+4917012345'), destination: tel('5000'), text: 'Hello', reference: '' };

describe('a message that comes in', () => {
  test('is stored, told, and given to the flow of its number', async () => {
    await using given = givenMessages();
    const run: string[] = [];
    given.flows.set('5000', ({ text }) => void run.push(text));
    const record = await given.inbox.receive(arrived);
    expect(record).toMatchObject({
      ...{ type: 'sms', direction: 'inbound', text: 'Hello', source: arrived.source, medias: [] },
      targets: [{ destination: arrived.destination, status: 'received' }],
    });
    expect(given.told).toMatchObject([{ type: 'message_created', record }]);
    expect(run).toEqual(['Hello']);
  });

  test('for a number that nobody has is refused', async () => {
    await using given = givenMessages();
    const lost = { ...arrived, destination: tel('5001') };
    await expect(given.inbox.receive(lost)).rejects.toMatchObject({ code: 'UNKNOWN_NUMBER' });
    expect(given.told).toEqual([]);
    expect(given.talks.size).toBe(0);
  });

  test('twice is one, where whoever brings it has a name for it', async () => {
    await using given = givenMessages();
    const run: string[] = [];
    given.flows.set('5000', ({ text }) => void run.push(text));
    const first = await given.inbox.receive({ ...arrived, reference: 'SM1' });
    expect(await given.inbox.receive({ ...arrived, reference: 'SM1' })).toEqual(first);
    await given.inbox.receive({ ...arrived, reference: 'SM2' });
    await given.inbox.receive({ ...arrived, source: tel('+4940'), reference: 'SM1' });
    expect(run).toHaveLength(3);
  });

  test('twice at once is one too', async () => {
    await using given = givenMessages();
    const run: string[] = [];
    given.flows.set('5000', ({ text }) => void run.push(text));
    const take = () => given.inbox.receive({ ...arrived, reference: 'SM1' });
    const [first, second] = await Promise.all([take(), take()]);
    expect(second).toEqual(first);
    expect(run).toHaveLength(1);
    expect(given.told).toHaveLength(1);
  });

  test('twice, while it is not stored yet, is not taken either time', async () => {
    await using given = givenMessages();
    given.store.isBroken = true;
    const take = () => given.inbox.receive({ ...arrived, reference: 'SM1' });
    await expect(take()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(take()).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('that we have sent ourselves is taken, and runs nothing', async () => {
    await using given = givenMessages();
    const run: string[] = [];
    given.flows.set('5000', ({ text }) => void run.push(text));
    const id = '8b2cd1a3-3a8c-4c11-8b08-f3c3f059cfbe';
    await given.messages.send({ id, source: tel('+4930'), destinations: [tel('+49170')], text: 'x' });
    for (const [index, sentAs] of [id, `${id}-1`, `${id}-x`, 'x', id.replace('8', '9')].entries())
      await given.inbox.receive({ ...arrived, text: String(index), sentAs });
    expect(run).toEqual(['2', '3', '4']);
    expect([...given.stored.values()].filter(({ direction }) => direction === 'inbound')).toHaveLength(5);
  });

  test('of a number of ours has gone round by a gateway: it is taken, and runs nothing', async () => {
    await using given = givenMessages();
    const run: string[] = [];
    given.flows.set('5000', ({ text }) => void run.push(text));
    for (const target of ['+4930', '5000', '+4940'])
      await given.inbox.receive({ ...arrived, source: tel(target), text: target });
    expect(run).toEqual(['+4940']);
    expect(given.stored.size).toBe(3);
  });

  test('is one of ten in a second, source by source', async () => {
    await using given = givenMessages();
    const take = (source = arrived.source) =>
      given.inbox.receive({ ...arrived, source }).then(
        () => 'taken',
        ({ code }: { code: string }) => code,
      );
    const results = await Promise.all(Array.from({ length: 30 }, () => take()));
    expect(results.filter((result) => result === 'taken')).toHaveLength(10);
    expect(new Set(results)).toEqual(new Set(['taken', 'MESSAGES_TOO_FAST']));
    expect(await take(tel('+4930'))).toBe('taken');
    await pass(1_001);
    expect(await take()).toBe('taken');
  });

  test('is refused while the store is too far behind, or does not take it', async () => {
    await using given = givenMessages();
    given.store.isSaturated = true;
    await expect(given.inbox.receive(arrived)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(given.told).toEqual([]);
    given.store.isSaturated = false;
    given.store.isBroken = true;
    await expect(given.inbox.receive(arrived)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test.each([
    ['empty', ''],
    ['nothing but control characters', '\u0000\u0007'],
    ['too long', 'x'.repeat(8_193)],
  ])('is refused where its text is %s', async (_, text) => {
    await using given = givenMessages();
    await expect(given.inbox.receive({ ...arrived, text })).rejects.toMatchObject({
      code: 'INVALID_TEXT',
    });
  });

  test('keeps its lines, and loses what ends a text elsewhere', async () => {
    await using given = givenMessages();
    const { text } = await given.inbox.receive({ ...arrived, text: 'a\r\n\tb\u0000\u001b[2J\ud800' });
    expect(text).toBe('a\r\n\tb[2J\ufffd');
  });
});

test('a source that is silent is forgotten; more sources than there can be are a flood', async () => {
  const rates = new SourceRates(1);
  for (let index = 0; index < 10_000; index++) expect(rates.take(`s${index}`)).toBe(true);
  expect(rates.take('another')).toBe(false);
  await pass(2_001);
  expect(rates.take('another')).toBe(true);
  expect(rates.take('another')).toBe(false);
});

describe('a SIP MESSAGE', () => {
  test.each([
    ['<sip:ada@192.0.2.1:5070>', 'ada@192.0.2.1:5070', ''],
    ['"Ada \\"L\\" Lovelace" <sip:ada@192.0.2.1;transport=udp?x=y>', 'ada@192.0.2.1', 'Ada "L" Lovelace'],
    ['Ada <sips:ada@pbx.example>', 'ada@pbx.example', 'Ada'],
    ['sip:ada@192.0.2.1', 'ada@192.0.2.1', ''],
    ['<sip:[2001:db8::1]>', 'anonymous@[2001:db8::1]', ''],
    ['"x\r\ny" <sip:a\u0000d\r\na@192.0.2.1>', 'ada@192.0.2.1', 'x  y'],
    ['', 'anonymous@', ''],
  ])('of %j is of %s', (from, target, name) => {
    const { source } = arrivedBy(wordsOf({ text: 'x', from }));
    expect(source).toEqual({ type: 'sip', target, target_name: name, name: '', detail: '' });
  });

  test.each([
    ['ariflow-phone-messages', '<sip:1001@pbx>', 'extension', '1001'],
    ['ariflow-trunk-messages', '<sip:+4917012345@trunk;user=phone>', 'tel', '+4917012345'],
    ['ariflow-messages', '<sip:1001@127.0.0.1:5071>', 'sip', '1001@127.0.0.1:5071'],
    ['somebody-elses', '<sip:1001@127.0.0.1>', 'sip', '1001@127.0.0.1'],
  ])('through %s is of somebody who can be answered', (context, from, type, target) => {
    expect(arrivedBy(wordsOf({ text: 'x', from, context })).source).toMatchObject({ type, target });
  });

  test('without an account is of whoever is where it came from', () => {
    const from = '<sip:ann@127.0.0.1>';
    const { source } = arrivedBy(wordsOf({ text: 'x', from, address: '127.0.0.1:5071' }));
    expect(source).toMatchObject({ type: 'sip', target: 'ann@127.0.0.1:5071' });
    const phone = { text: 'x', from, address: '127.0.0.1:5071', context: 'ariflow-phone-messages' };
    expect(arrivedBy(wordsOf(phone)).source).toMatchObject({ type: 'extension', target: 'ann' });
  });

  test('comes as it was sent, whatever is in it', () => {
    const text = 'a,b"c\\d\n(e)${SHELL(id)} 😀';
    const message = arrivedBy(wordsOf({ text, number: '+49 30\r\n', callId: 'c@1' }));
    expect(message).toMatchObject({
      text,
      destination: { type: 'tel', target: '+49 30' },
      reference: 'c@1 1 MESSAGE',
    });
  });

  test('without words is nobody’s, and breaks nothing', () => {
    expect(arrivedBy([])).toMatchObject({ text: '', reference: '' });
    expect(arrivedBy(['x', '%%%', '\u0000'])).toMatchObject({ text: '' });
  });

  test('that is refused is counted and forgotten: its sender hears no more', async () => {
    await using given = givenMessages();
    const refused: string[] = [];
    const sip = new SipInbox(given.inbox, { log: silentLog, onRefused: (code) => refused.push(code) });
    await sip.receive(wordsOf({ text: 'x', number: '5001' }));
    await sip.receive(wordsOf({ text: '' }));
    await sip.receive(wordsOf({ text: 'x' }));
    expect(refused).toEqual(['UNKNOWN_NUMBER', 'INVALID_TEXT']);
    expect(given.told).toHaveLength(1);
  });
});
