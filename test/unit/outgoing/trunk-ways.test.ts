import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { extensionDefaults, noForward } from '../../../src/extensions/extension-record.ts';
import { LegLimits } from '../../../src/outgoing/leg-limits.ts';
import { OutboundLimits } from '../../../src/outgoing/outbound-limits.ts';
import { OutboundRules } from '../../../src/outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../../../src/outgoing/outgoing-calls.ts';
import type { TrunkRecord } from '../../../src/trunks/trunk-record.ts';
import { Trunking } from '../../../src/trunks/trunking.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import { givenTrunk } from '../../support/given-trunks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ids = ['7a1c2b3d-0000-4000-8000-000000000001', '7a1c2b3d-0000-4000-8000-000000000002'] as const;
const [one, two] = ids;

function given(...fields: readonly Partial<TrunkRecord>[]) {
  const fixture = givenCall({ state: 'Up' });
  fixture.call.announce('');
  const { asterisk } = fixture;
  const trunks = fields.map((each, index) => givenTrunk({ id: ids[index] ?? '', order: index + 1, ...each }));
  for (const { id } of trunks) asterisk.legs.phones.set(`trunk-${id}`, 'online');
  const trunking = new Trunking(() => trunks);
  const outgoing = new OutgoingCalls({
    calls: fixture.calls,
    activeflows: fixture.activeflows,
    rules: new OutboundRules(['+49']),
    limits: new OutboundLimits({ perSecond: 100, concurrent: 3 }),
    legs: new LegLimits({ perPhone: 4, total: 20 }),
    isConnected: () => true,
    trunking,
    domain: 'pbx.test',
    agents: { get: async () => undefined },
    phones: {
      of: (number) => {
        const always = number === '1002' ? { type: 'tel' as const, target: '+4930123' } : null;
        const isPhone = number === '1001' || number === '1002';
        return isPhone
          ? { ...extensionDefaults, forward: { ...noForward, always }, caller_id: '' }
          : undefined;
      },
    },
    scope: fixture.scope,
  });
  const ring = (redirects = 0, destination = telAddress('+4930123')) =>
    outgoing.ring({
      ...{ source: telAddress('1001'), destination },
      ...{ timeout: 60_000, master: fixture.call, redirects },
    });
  const rung = (): string[] => asterisk.legs.parties.map(({ endpoint }) => endpoint);
  return { fixture, trunking, outgoing, ring, rung, party: (index: number) => asterisk.legs.parties[index] };
}

const firstEndpoint = `PJSIP/trunk-${one}/sip:+4930123@192.0.2.1`;
const secondEndpoint = `PJSIP/trunk-${two}/sip:030123@192.0.2.2:5070`;
const second = { uri: 'sip:192.0.2.2:5070', prefixes: [{ prefix: '', strip: 0, prepend: '' }] };
const local = { ...second, prefixes: [{ prefix: '+', strip: 0, prepend: '' }] };

test.each([500, 502, 503, 599, 408])('a trunk that says %i is left for the next one', async (status) => {
  const rules = [{ prefix: '+49', strip: 3, prepend: '0' }];
  const there = given(
    { prefixes: [{ prefix: '+4930', strip: 0, prepend: '' }] },
    { ...second, prefixes: rules },
  );
  const leg = there.ring();
  expect(leg.record.trunk_id).toBe(one);
  await pass();
  there.party(0)?.refuse(status);
  await pass();
  expect(there.rung()).toEqual([firstEndpoint, secondEndpoint]);
  expect(leg.record).toMatchObject({ trunk_id: two, status: 'dialing' });
  expect([there.trunking.calls(one), there.trunking.calls(two)]).toEqual([0, 1]);
  there.party(1)?.answer();
  await pass();
  expect(leg.isUp).toBe(true);
  leg.hangup('normal');
  await pass(1_000);
  expect(there.trunking.calls(two)).toBe(0);
});

test.each([486, 404, 403, 480, 603])('a callee who says %i is called by no other', async (status) => {
  const there = given({}, local);
  const leg = there.ring();
  await pass();
  const [by] = there.rung();
  there.party(0)?.refuse(status);
  await pass();
  expect(there.rung()).toEqual([by]);
  expect(leg.record).toMatchObject({ status: 'hangup', sip_code: status });
});

test('who has rung and not answered was reached; a trunk that is told to keeps its calls', async () => {
  const rings = given({}, second);
  const leg = rings.ring();
  await pass();
  rings.party(0)?.ring();
  await pass();
  rings.party(0)?.refuse(408);
  await pass();
  expect([rings.rung().length, leg.isEnded]).toEqual([1, true]);
  const keeps = given({ failover: false }, second);
  keeps.ring();
  await pass();
  keeps.party(0)?.refuse(503);
  await pass();
  expect(keeps.rung()).toEqual([firstEndpoint]);
});

test('where all say no the call ends as the last has, and nothing is left', async () => {
  const there = given({}, second);
  const leg = there.ring();
  await pass();
  there.party(0)?.refuse(503);
  await pass();
  there.party(1)?.refuse(486);
  await pass();
  expect(leg.record).toMatchObject({ status: 'hangup', sip_code: 486, trunk_id: two, hangup_reason: 'busy' });
  expect([there.trunking.calls(one), there.trunking.calls(two)]).toEqual([0, 0]);
});

test('the next one counts as no other call, and is passed over where it is full', async () => {
  const there = given({}, { ...second, channels: 1 });
  const [first, other] = [there.ring(), there.ring()];
  await pass();
  there.party(0)?.refuse(503);
  await pass();
  there.party(1)?.refuse(503);
  await pass();
  expect(there.rung()).toHaveLength(3);
  expect([first.isEnded, other.isEnded]).toEqual([false, true]);
  expect(other.record).toMatchObject({ sip_code: 503, trunk_id: one });
});

test('a trunk that says nothing at all is left; one that has said that it has the call (100) is waited for', async () => {
  for (const [keys, many] of [
    ['', 2],
    ['PJSIP/trunk', 1],
  ] as const) {
    const there = given({}, second);
    there.ring();
    await pass();
    there.party(0)?.channel.variables.set('HANGUPCAUSE_KEYS()', keys);
    await pass(3_900);
    expect(there.rung()).toHaveLength(1);
    await pass(300);
    expect(there.rung()).toHaveLength(many);
  }
});

test('each trunk shows the number that is for it', async () => {
  const there = given({ caller_id: '+49891' }, { ...second, caller_id: '' });
  there.ring();
  await pass();
  there.party(0)?.refuse(503);
  await pass();
  const created = there.fixture.asterisk.requests.filter(({ operation: { name } }) => name === 'create');
  const shown = created.map(
    ({ body }) => ((body?.variables ?? {}) as Record<string, string>)['CONNECTEDLINE(num,i)'],
  );
  expect(shown).toEqual(['+49891', '1001']);
});

test('a phone that is forwarded to a telephone goes by the next trunk as well, as one call', async () => {
  const there = given({ caller_id: '+49891' }, { ...second, caller_id: '+49892' });
  const phone = { ...telAddress('1002'), type: 'extension' };
  const leg = there.ring(0, phone);
  await pass();
  there.party(0)?.refuse(503);
  await pass();
  expect(there.rung().map((endpoint) => endpoint.split('/')[1])).toEqual(ids.map((id) => `trunk-${id}`));
  const variables = there.fixture.asterisk.requests
    .filter(({ operation: { name } }) => name === 'create')
    .map(({ body }) => (body?.variables ?? {}) as Record<string, string>);
  expect(variables.map((each) => each['CONNECTEDLINE(num,i)'])).toEqual(['+49891', '+49892']);
  for (const each of variables)
    expect(JSON.stringify(each)).toContain('<sip:1002@pbx.test>;reason=unconditional');
  expect(leg.record).toMatchObject({ trunk_id: two, destination: phone });
  expect([there.trunking.calls(one), there.trunking.calls(two)]).toEqual([0, 1]);
  // Three calls at once, of which this is one.
  const others = [there.ring(0, phone), there.ring()];
  await pass();
  expect(() => there.ring()).toThrow(/ARIFLOW_OUTBOUND_CONCURRENT/);
  for (const each of [leg, ...others]) each.hangup('cancel');
  await pass(1_000);
  expect([there.trunking.calls(one), there.trunking.calls(two)]).toEqual([0, 0]);
  for (let count = 0; count < 3; count++) there.ring();
});
