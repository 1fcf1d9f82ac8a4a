import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['normal', 603, 16],
  ['cancel', 603, 16],
  ['busy', 486, 17],
  ['noanswer', 480, 19],
  ['failed', 503, 34],
] as const)('%s is SIP %d before the answer and cause %d after it', async (reason, status, cause) => {
  const ringing = givenCall();
  await ringing.run({ type: 'hangup', option: { reason } }).done;
  expect(await ringing.channel.ended.promise).toEqual({ by: 'them', status });
  expect(ringing.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: reason }]);
  ringing.expectNothingLeft();

  const answered = givenCall({ state: 'Up' });
  await answered.run({ type: 'hangup', option: { reason } }).done;
  expect(await answered.channel.ended.promise).toEqual({ by: 'them', cause });
  expect(answered.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: reason }]);
});

test('is normal without a reason, and nothing behind it is run', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'hangup' }, { type: 'variable_set', option: { key: 'x', value: 'run' } });
  await flow.done;
  expect(flow.variable('x')).toBe('');
  expect(given.of('call_hungup')).toMatchObject([{ hangup_reason: 'normal' }]);
  expect(given.failures).toEqual([]);
});

test('when the caller was quicker, it was the caller', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'sleep', option: { duration: 100 } },
    { type: 'hangup', option: { reason: 'busy' } },
  );
  await pass();
  given.hangup();
  await flow.done;
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
  given.expectNothingLeft();
});

test('that gets lost is asked for again', async () => {
  const given = givenCall();
  given.asterisk.fault('hangup', { isIgnored: true, times: 1 });
  const flow = given.run({ type: 'hangup' });
  await pass(5_000);
  await flow.done;
  expect(given.asterisk.asked).toEqual(['hangup', 'hangup']);
  given.expectNothingLeft();
});

describe('a code', () => {
  const refused = async (option: object, given = givenCall()) => {
    await given.run({ type: 'hangup', option: { ...option } }).done;
    const end = await given.channel.ended.promise;
    const [record] = given.of('call_hungup');
    return { end, record, given };
  };

  test.each([
    [404, 1, 'failed', 'Not Found'],
    [486, 17, 'busy', 'Busy Here'],
    [480, 19, 'noanswer', 'Temporarily Unavailable'],
    [603, 16, 'noanswer', 'Decline'],
    [400, 19, 'failed', 'Bad Request'],
    [437, 19, 'failed', 'Unsupported Credential'],
    [607, 16, 'failed', 'Unwanted'],
    [699, 16, 'failed', ''],
  ] as const)('%d is the very response of an unanswered caller', async (code, cause, reason, words) => {
    const { end, record, given } = await refused({ code });
    expect(end).toEqual({ by: 'them', status: code });
    expect(record).toMatchObject({
      hangup_by: 'local',
      hangup_reason: reason,
      sip_code: code,
      sip_reason: words,
      hangup_cause: cause,
    });
    given.expectNothingLeft();
  });

  test('has its own words in the record, and the reason that is given with it', async () => {
    const { record } = await refused({ code: 433, reason_phrase: 'Withheld\r\nnumber', reason: 'busy' });
    expect(record).toMatchObject({ sip_code: 433, sip_reason: 'Withheld  number', hangup_reason: 'busy' });
  });

  test('has the cause of a Reason header', async () => {
    const headers = [{ name: 'reason', value: 'Q.850;cause=21;text="no"' }];
    const { end, record } = await refused({ code: 480, headers });
    expect(end.status).toBe(480);
    expect(record).toMatchObject({ sip_code: 480, hangup_cause: 21 });
  });

  test('is the cause of the BYE once the call is answered, and no response', async () => {
    const { end, record } = await refused({ code: 486 }, givenCall({ state: 'Up' }));
    expect(end).toEqual({ by: 'them', cause: 17 });
    expect(record).toMatchObject({ sip_code: 0, sip_reason: '', hangup_cause: 17 });
  });

  test('is the nearest there is where Asterisk does not note it', async () => {
    const given = givenCall();
    given.asterisk.fault('setChannelVar', { status: 500, times: 1 });
    expect((await refused({ code: 433 }, given)).end.status).toBe(480);
    given.expectNothingLeft();
  });

  test('does not wait for long until Asterisk has noted it', async () => {
    const given = givenCall();
    given.asterisk.fault('setChannelVar', { delay: 3_000, times: 1 });
    const flow = given.run({ type: 'hangup', option: { code: 433 } });
    await pass(2_000);
    await flow.done;
    expect((await given.channel.ended.promise).status).toBe(480);
    await pass(1_000); // the answer that came too late
    given.expectNothingLeft();
  });

  test('is still that after a kill', async () => {
    const given = givenCall();
    given.asterisk.fault('hangup', { isIgnored: true });
    given.run({ type: 'hangup', option: { code: 433 } });
    await pass();
    given.asterisk.mend();
    const after = await given.restart();
    await pass(5_000);
    expect((await after.channel.ended.promise).status).toBe(433);
    expect(after.of('call_hungup').at(-1)).toMatchObject({ sip_code: 433, hangup_by: 'local' });
  });

  test.each([
    [{ code: 399 }, 'option.code'],
    [{ code: 700 }, 'option.code'],
    [{ code: 486.5 }, 'option.code'],
    [{ headers: [{ name: 'Via', value: 'x' }] }, 'option.headers[0].name'],
    [{ headers: { Reason: 'x' } }, 'option.headers'],
  ])('%o is refused at %s', (option, path) => {
    const { problems } = checkFlow([{ type: 'hangup', option }], catalogue);
    expect(problems).toMatchObject([{ path: `actions[0].${path}` }]);
  });

  test('and what Asterisk does not send is said before the flow runs', () => {
    const headers = [
      { name: 'X-Why', value: 'blocked' },
      { name: 'Reason', value: 'Q.850;cause=21' },
      { name: 'Reason', value: '${cause}' },
    ];
    const { warnings } = checkFlow([{ type: 'hangup', option: { headers, reason_phrase: 'No' } }], catalogue);
    expect(warnings.map(({ path }) => path)).toEqual([
      'actions[0].option.headers[0]',
      'actions[0].option.reason_phrase',
    ]);
  });
});
