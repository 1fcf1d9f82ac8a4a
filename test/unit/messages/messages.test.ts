import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failed, later, type Tried } from '../../../src/messages/carrier.ts';
import { address, type GivenMessages, givenMessages, tel } from '../../support/given-messages.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

const ours = tel('+4930');
const theirs = tel('+4917012345');

const sms = { id: 'm1', source: ours, destinations: [theirs], text: 'Hello' };

/** What is known of the targets of a message. */
const known = ({ stored }: GivenMessages, id = 'm1') =>
  stored.get(id)?.targets.map(({ status, reason }) => (reason === '' ? status : `${status} ${reason}`));

const types = ({ told }: GivenMessages) => told.map(({ type }) => type);

describe('a message', () => {
  test('is written down before it is sent, and is sent once', async () => {
    await using given = givenMessages();
    const record = await given.messages.send(sms);
    expect(record).toMatchObject({
      ...{ id: 'm1', type: 'sms', source: ours, text: 'Hello', medias: [], direction: 'outbound' },
      targets: [{ destination: theirs, status: 'queued', reason: '' }],
    });
    await pass(10);
    expect(given.sms.parcels).toMatchObject([{ id: 'm1', messageId: 'm1', text: 'Hello' }]);
    expect(known(given)).toEqual(['sent']);
    expect(types(given)).toEqual(['message_created', 'message_updated']);
    expect(given.messages.waiting).toBe(0);
    await pass(3_600_000);
    expect(given.sms.parcels).toHaveLength(1);
  });

  test('goes by SMS to a number, by SIP to the others, each on its own', async () => {
    await using given = givenMessages();
    given.sms.results.push(failed('http_400'));
    const destinations = [theirs, address('extension', '1001'), address('sip', 'bob@127.0.0.1:5070')];
    await given.messages.send({ ...sms, destinations });
    await pass(10);
    expect(given.sms.parcels.map(({ id }) => id)).toEqual(['m1']);
    expect(given.sip.parcels.map(({ id }) => id)).toEqual(['m1-1', 'm1-2']);
    expect(known(given)).toEqual(['failed http_400', 'sent', 'sent']);
  });

  test('whose carrier is down is tried again after each pause, under the same id, and its state says so', async () => {
    await using given = givenMessages();
    given.sms.results.push(later('http_503'), later('http_503'));
    await given.messages.send(sms);
    await pass(10);
    expect(known(given)).toEqual(['queued http_503']);
    await pass(4_900);
    expect(given.sms.parcels).toHaveLength(1);
    await pass(200);
    expect(given.sms.parcels).toHaveLength(2);
    // Nothing new is known: that is not told again.
    expect(types(given).filter((type) => type === 'message_updated')).toHaveLength(1);
    expect(given.told.at(-1)?.state).toEqual({ tries: [2], due: [expect.any(Number)] });
    await pass(60_000);
    expect(new Set(given.sms.parcels.map(({ id }) => id))).toEqual(new Set(['m1']));
    expect(known(given)).toEqual(['sent']);
    expect(given.told.at(-1)?.state).toEqual({ tries: [], due: [] });
  });

  test('is given up after the last pause', async () => {
    await using given = givenMessages();
    given.sms.results.push(later('timeout'), later('timeout'), later('unreachable'));
    await given.messages.send(sms);
    await pass(120_000);
    expect(given.sms.parcels).toHaveLength(3);
    expect(known(given)).toEqual(['failed unreachable']);
    expect(given.messages.waiting).toBe(0);
  });

  test('that cannot be written down is refused, and never sent', async () => {
    await using given = givenMessages();
    given.store.isBroken = true;
    await expect(given.messages.send(sms)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await pass(120_000);
    expect(given.sms.parcels).toEqual([]);
    expect(known(given)).toEqual(['failed not_stored']);
  });

  test('whose id is known is not sent again', async () => {
    await using given = givenMessages();
    await given.messages.send(sms);
    await pass(10);
    expect(await given.messages.send({ ...sms, text: 'Other' })).toMatchObject({ text: 'Hello' });
    await pass(10);
    expect(given.sms.parcels).toHaveLength(1);
  });

  test('to the same party comes after the one before it', async () => {
    await using given = givenMessages();
    const { promise, resolve } = Promise.withResolvers<Tried>();
    given.sms.results.push(promise);
    await given.messages.send(sms);
    await given.messages.send({ ...sms, id: 'm2', text: 'second' });
    await given.messages.send({ ...sms, id: 'm3', destinations: [tel('+49301')], text: 'other' });
    await pass(10);
    expect(given.sms.parcels.map(({ text }) => text)).toEqual(['Hello', 'other']);
    resolve({ status: 'sent' });
    await pass(10);
    expect(given.sms.parcels.map(({ text }) => text)).toEqual(['Hello', 'other', 'second']);
  });

  test.each([
    ['from a number that is not ours', { source: tel('+4940') }, 'SOURCE_NOT_OURS'],
    ['to a number that may not be called', { destinations: [tel('+1555')] }, 'DESTINATION_NOT_ALLOWED'],
    [
      'to a host that may not be called',
      { destinations: [address('sip', 'a@192.0.2.1')] },
      'DESTINATION_NOT_ALLOWED',
    ],
    ['to what is no number', { destinations: [tel('+49;x')] }, 'INVALID_DESTINATION'],
    ['to what is no URI', { destinations: [address('sip', 'a@127.0.0.1>\r\nX: y')] }, 'INVALID_DESTINATION'],
    ['to an agent that is not there', { destinations: [address('agent', 'nobody')] }, 'UNKNOWN_AGENT'],
    ['by SMS in any other name', { source: address('sip', '+4966@127.0.0.1') }, 'SOURCE_NOT_OURS'],
    ['to one good and one bad', { destinations: [theirs, tel('+1555')] }, 'DESTINATION_NOT_ALLOWED'],
  ])('%s is refused as a whole', async (_, change, code) => {
    await using given = givenMessages();
    await expect(given.messages.send({ ...sms, ...change })).rejects.toMatchObject({ code });
    await pass(1_000);
    expect(given.sms.parcels).toEqual([]);
    expect(given.told).toEqual([]);
    expect(given.talks.size).toBe(0);
  });

  test('to a number needs a gateway', async () => {
    await using given = givenMessages({ hasGateway: false });
    await expect(given.messages.send(sms)).rejects.toMatchObject({ code: 'NO_SMS_GATEWAY' });
    await given.messages.send({
      ...sms,
      source: address('extension', '1001'),
      destinations: [address('extension', '1002')],
    });
    await pass(10);
    expect(known(given)).toEqual(['sent']);
  });

  test('to an agent goes to all his addresses', async () => {
    await using given = givenMessages();
    const addresses = [address('extension', '1001'), theirs];
    given.agents.set('ann', { ring_method: 'ringall', status: 'available', addresses });
    await given.messages.send({ ...sms, destinations: [address('agent', 'ann')] });
    await pass(10);
    expect(given.stored.get('m1')?.targets.map(({ destination }) => destination)).toEqual(addresses);
  });
});

describe('a start', () => {
  test('goes on where the one before it was killed: what was due is sent once more, under the same id', async () => {
    await using before = givenMessages();
    before.sms.results.push(later('http_503'), new Promise(() => undefined));
    await before.messages.send(sms);
    await pass(6_000); // the second try is under way
    const left = before.told.at(-1);
    await using given = givenMessages();
    given.messages.resume([{ record: left!.record, state: left!.state }]);
    await pass(900);
    expect(given.sms.parcels).toEqual([]);
    await pass(200);
    expect(given.sms.parcels.map(({ id }) => id)).toEqual(['m1']);
    expect(known(given)).toEqual(['sent']);
  });

  test('waits for what is due later, and counts the tries of before', async () => {
    await using before = givenMessages();
    before.sms.results.push(later('http_503'), later('http_503'));
    await before.messages.send(sms);
    await pass(6_000);
    const left = before.told.at(-1);
    await using given = givenMessages();
    given.sms.results.push(later('http_500'));
    given.messages.resume([{ record: left!.record, state: left!.state }]);
    await pass(30_000);
    expect(given.sms.parcels).toEqual([]);
    await pass(40_000);
    expect(given.sms.parcels).toHaveLength(1);
    expect(known(given)).toEqual(['failed http_500']);
  });

  test('sends what is left where its state cannot be read', async () => {
    await using before = givenMessages();
    before.sms.results.push(later('http_503'));
    await before.messages.send(sms);
    await pass(10);
    await using given = givenMessages();
    given.messages.resume([{ record: before.told.at(-1)!.record, state: undefined }]);
    await pass(1_100);
    expect(known(given)).toEqual(['sent']);
  });

  test('a stop lets the try under way end, and begins no other', async () => {
    const given = givenMessages();
    const { promise, resolve } = Promise.withResolvers<Tried>();
    given.sms.results.push(promise);
    await given.messages.send(sms);
    await given.messages.send({ ...sms, id: 'm2' });
    await pass(10);
    const closing = given.messages.close(5_000);
    await pass(100);
    resolve({ status: 'sent' });
    await closing;
    expect(known(given)).toEqual(['sent']);
    expect(known(given, 'm2')).toEqual(['queued']);
    await expect(given.messages.send({ ...sms, id: 'm3' })).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(given.sms.parcels).toHaveLength(1);
    await given.scope.close();
  });

  test('a stop does not wait for ever', async () => {
    const given = givenMessages();
    given.sms.results.push(new Promise(() => undefined));
    await given.messages.send(sms);
    await pass(10);
    let isClosed = false;
    void given.messages.close(5_000).then(() => {
      isClosed = true;
    });
    await pass(4_000);
    expect(isClosed).toBe(false);
    expect(known(given)).toEqual(['queued']);
  });
});

describe('a report of the gateway', () => {
  test('says what became of a message, and what is less than that changes nothing', async () => {
    await using given = givenMessages();
    await given.messages.send(sms);
    await pass(10);
    const report = { status: 'delivered', destination: '', reason: '' } as const;
    expect(await given.messages.report('m1', report)).toMatchObject({ targets: [{ status: 'delivered' }] });
    const count = given.told.length;
    for (const status of ['sent', 'failed', 'delivered'] as const)
      await given.messages.report('m1', { ...report, status });
    expect(known(given)).toEqual(['delivered']);
    expect(given.told).toHaveLength(count);
  });

  test('ends the tries of one that we took for lost', async () => {
    await using given = givenMessages();
    given.sms.results.push(later('timeout'));
    await given.messages.send(sms);
    await pass(10);
    await given.messages.report('m1', { status: 'delivered', destination: '', reason: '' });
    await pass(120_000);
    expect(given.sms.parcels).toHaveLength(1);
    expect(known(given)).toEqual(['delivered']);
    expect(given.messages.waiting).toBe(0);
  });

  test('names its target where there are several', async () => {
    await using given = givenMessages();
    await given.messages.send({ ...sms, destinations: [theirs, tel('+49301')] });
    await pass(10);
    const report = { status: 'failed', reason: 'unknown subscriber' } as const;
    await expect(given.messages.report('m1', { ...report, destination: '' })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
    await given.messages.report('m1', { ...report, destination: '+49301' });
    expect(known(given)).toEqual(['sent', 'failed unknown subscriber']);
    await expect(given.messages.report('m1', { ...report, destination: '+1' })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
    await expect(given.messages.report('other', { ...report, destination: '' })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
  });

  test('of each of its targets is heard, though they come at once', async () => {
    await using given = givenMessages();
    await given.messages.send({ ...sms, destinations: [theirs, tel('+49301')] });
    await pass(10);
    const report = { status: 'delivered', reason: '' } as const;
    const told = [theirs.target, '+49301'].map((destination) => ({ ...report, destination }));
    await Promise.all(told.map((each) => given.messages.report('m1', each)));
    expect(known(given)).toEqual(['delivered', 'delivered']);
  });

  test('of one that another daemon still sends is for that', async () => {
    await using given = givenMessages();
    given.sms.results.push(later('http_503'));
    const record = await given.messages.send(sms);
    await using other = givenMessages();
    other.stored.set('m1', record);
    const report = { status: 'delivered', destination: '', reason: '' } as const;
    await expect(other.messages.report('m1', report)).rejects.toMatchObject({ reason: 'CONFLICT' });
    await expect(other.messages.delete('m1')).rejects.toMatchObject({ reason: 'CONFLICT' });
  });
});

describe('whoever waits for a message to arrive', () => {
  test.each([
    ['that it was sent', false, undefined],
    ['what the gateway tells', true, 'delivered'],
  ] as const)('hears %s', async (_, isReported, status) => {
    await using given = givenMessages({ isReported });
    await given.messages.send(sms);
    let hasArrived = false;
    const waiting = given.messages.arrived('m1', AbortSignal.timeout(3_600_000)).then(() => {
      hasArrived = true;
    });
    await pass(10);
    expect(hasArrived).toBe(!isReported);
    if (status) await given.messages.report('m1', { status, destination: '', reason: '' });
    await waiting;
  });

  test('hears that it has failed', async () => {
    await using given = givenMessages();
    given.sms.results.push(failed('http_400'));
    await given.messages.send(sms);
    const waiting = given.messages.arrived('m1', new AbortController().signal);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'MESSAGE_FAILED' });
    await pass(10);
    await refused;
  });

  test('waits 30 s and no longer', async () => {
    await using given = givenMessages();
    given.sms.results.push(new Promise(() => undefined));
    await given.messages.send(sms);
    const waiting = given.messages.arrived('m1', new AbortController().signal);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
    await pass(29_900);
    await pass(200);
    await refused;
  });
});

test('a deleted message is not sent any more, and is not found', async () => {
  await using given = givenMessages();
  given.sms.results.push(later('http_503'));
  await given.messages.send(sms);
  await pass(10);
  expect(await given.messages.delete('m1')).toMatchObject({ id: 'm1' });
  await pass(120_000);
  expect(given.sms.parcels).toHaveLength(1);
  expect(types(given).at(-1)).toBe('message_deleted');
  await expect(given.messages.get('m1')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  await expect(given.messages.delete('m1')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

describe('a conversation', () => {
  test('begins with the first message of two parties, is one in both directions, and is answered', async () => {
    await using given = givenMessages();
    given.flows.set('+4930', () => undefined);
    await given.messages.send(sms);
    const [talk] = [...given.talks.values()];
    expect(talk).toMatchObject({ type: 'message', source: ours, destination: theirs });
    const arrived = { source: theirs, destination: ours, text: 'Hello back', reference: '' };
    const { targets } = await given.inbox.receive(arrived);
    expect(targets).toMatchObject([{ status: 'received', conversation_id: talk?.id }]);
    expect(given.talks.size).toBe(1);
    const [later] = [...given.talks.values()];
    expect(later?.tm_create).toBe(talk?.tm_create);
    expect(String(later?.tm_update) > String(talk?.tm_update)).toBe(true);
    await given.messages.answer({ conversationId: talk?.id ?? '', id: 'm2', text: 'Bye' });
    await pass(10);
    expect(given.sms.parcels.at(-1)).toMatchObject({ source: ours, destination: theirs, text: 'Bye' });
    expect(given.stored.get('m2')?.targets[0]?.conversation_id).toBe(talk?.id);
  });

  test('that is not there is answered by nobody', async () => {
    await using given = givenMessages();
    const answer = { conversationId: 'x', id: 'm1', text: 'Bye' };
    await expect(given.messages.answer(answer)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is answered in the name of whom it was written to, where messages to it are taken', async () => {
    await using given = givenMessages();
    // By the number `default`: there is no other of this name.
    given.flows.set('5055', () => undefined);
    const arrived = { source: tel('+49170'), destination: tel('5055'), text: 'Hello', reference: '' };
    const { targets } = await given.inbox.receive(arrived);
    const answer = { conversationId: targets[0]?.conversation_id ?? '', text: 'Bye' };
    await given.messages.answer({ ...answer, id: 'm1' });
    await pass(10);
    expect(given.sms.parcels).toMatchObject([{ source: arrived.destination, text: 'Bye' }]);
    given.flows.delete('5055');
    await expect(given.messages.answer({ ...answer, id: 'm2' })).rejects.toMatchObject({
      code: 'SOURCE_NOT_OURS',
    });
  });

  test('is the same however an address is written', async () => {
    await using given = givenMessages();
    for (const [index, target] of ['bob@127.0.0.1', 'sip:bob@127.0.0.1:5060'].entries())
      await given.messages.send({ ...sms, id: `m${index}`, destinations: [address('sip', target)] });
    await given.messages.send({ ...sms, id: 'x', destinations: [address('sip', 'bob@127.0.0.1:5061')] });
    expect(given.talks.size).toBe(2);
  });
});
