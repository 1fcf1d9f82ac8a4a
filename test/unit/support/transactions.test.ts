import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ClientTransactions } from '../../support/client-transactions.ts';
import { ServerTransactions } from '../../support/server-transactions.ts';
import { SipHeaders } from '../../support/sip-headers.ts';
import { respondTo, type SipRequest } from '../../support/sip-message.ts';
import { Timers } from '../../support/timers.ts';

const peer = { host: '127.0.0.1', port: 5_060 };

const request = (method: string, branch = 'z9hG4bK1'): SipRequest => ({
  kind: 'request',
  method,
  uri: 'sip:100@127.0.0.1',
  headers: SipHeaders.of({
    Via: `SIP/2.0/UDP 127.0.0.1:5070;rport;branch=${branch}`,
    From: '<sip:1@127.0.0.1>;tag=a',
    To: '<sip:100@127.0.0.1>',
    'Call-ID': 'c',
    CSeq: `1 ${method}`,
  }),
  body: '',
});

let sent: { at: number; line: string }[];
let timers: Timers;
let start: number;

const send = (message: string) =>
  void sent.push({ at: Date.now() - start, line: message.split('\r\n', 1)[0] ?? '' });
const times = () => sent.map(({ at }) => at);

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  timers = new Timers();
  start = Date.now();
});

afterEach(() => {
  timers.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a request of ours', () => {
  test('is an INVITE: sent again at doubling intervals, and given up after 32 s', async () => {
    const response = new ClientTransactions(send, timers).start(request('INVITE'), peer);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(times()).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(await response).toMatchObject({ status: 408, reason: 'No Response' });
  });

  test('is another: sent again every 4 s at most', async () => {
    void new ClientTransactions(send, timers).start(request('BYE'), peer);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(times()).toEqual([0, 500, 1_500, 3_500, 7_500, 11_500]);
  });

  test('is not sent again once somebody rings, however long that takes', async () => {
    const client = new ClientTransactions(send, timers);
    const provisional = vi.fn();
    const response = client.start(request('INVITE'), peer, provisional);
    client.receive(respondTo(request('INVITE'), 180, { tag: 'b' }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toEqual([0]);
    expect(provisional).toHaveBeenCalledOnce();
    client.receive(respondTo(request('INVITE'), 486, { tag: 'b' }));
    expect(await response).toMatchObject({ status: 486 });
  });

  test('has each copy of a failure acknowledged', () => {
    const client = new ClientTransactions(send, timers);
    void client.start(request('INVITE'), peer);
    for (let copy = 0; copy < 3; copy += 1) client.receive(respondTo(request('INVITE'), 486, { tag: 'b' }));
    expect(sent.map(({ line }) => line.split(' ')[0])).toEqual(['INVITE', 'ACK', 'ACK', 'ACK']);
  });

  test('knows what is not for it', () => {
    const client = new ClientTransactions(send, timers);
    void client.start(request('INVITE'), peer);
    expect(client.receive(respondTo(request('INVITE', 'z9hG4bKother'), 200))).toBe(false);
    expect(client.receive(respondTo(request('CANCEL'), 200))).toBe(false);
    client.receive(respondTo(request('INVITE'), 486));
  });
});

describe('a request of theirs', () => {
  test('is answered the same when it comes again, and done once', () => {
    const server = new ServerTransactions(send, timers);
    const transaction = server.open(request('BYE'), peer);
    transaction?.respond(respondTo(request('BYE'), 200));
    expect(server.open(request('BYE'), peer)).toBeUndefined();
    expect(sent).toHaveLength(2);
    expect(() => transaction?.respond(respondTo(request('BYE'), 200))).toThrow('already answered');
  });

  test('is an INVITE: its answer is repeated until somebody acknowledges', async () => {
    const server = new ServerTransactions(send, timers);
    const transaction = server.open(request('INVITE'), peer);
    transaction?.respond(respondTo(request('INVITE'), 200, { tag: 'b' }));
    await vi.advanceTimersByTimeAsync(8_000);
    transaction?.acknowledged();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test('is told when nobody ever acknowledges', async () => {
    const transaction = new ServerTransactions(send, timers).open(request('INVITE'), peer);
    const lost = vi.fn();
    if (transaction) transaction.onUnacknowledged = lost;
    transaction?.respond(respondTo(request('INVITE'), 200, { tag: 'b' }));
    await vi.advanceTimersByTimeAsync(40_000);
    expect(lost).toHaveBeenCalledOnce();
  });

  test('is answered where its Via says when it does not ask for the port it came from', () => {
    const targets: number[] = [];
    const bye = request('BYE');
    bye.headers.set('Via', 'SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK2');
    const server = new ServerTransactions((_, to) => void targets.push(to.port), timers);
    server.open(bye, peer)?.respond(respondTo(bye, 200));
    server.open(request('BYE'), peer)?.respond(respondTo(request('BYE'), 200));
    expect(targets).toEqual([5_099, 5_060]);
  });
});
