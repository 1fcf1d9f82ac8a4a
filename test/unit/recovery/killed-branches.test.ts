import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const uris = ['sip:1002@10.0.0.1:5060', 'sip:1002@10.0.0.2:5060', 'sip:1002@10.0.0.3:5060'];

/** A call connected to a number that several phones have; the daemon is killed while they ring. */
class Given {
  life: CallFixture = givenCall();

  static async ringing(option: object = {}): Promise<Given> {
    const given = new Given();
    const { asterisk } = given.life;
    const contacts = uris.map((uri) => `PJSIP/1002/${uri}`).join('&');
    const add = asterisk.channels.set.bind(asterisk.channels);
    vi.spyOn(asterisk.channels, 'set').mockImplementation((id, channel) => {
      channel.variables.set('PJSIP_DIAL_CONTACTS(1002)', contacts);
      channel.variables.set('CHANNEL(pjsip,target_uri)', uris[0] ?? '');
      return add(id, channel);
    });
    asterisk.onDial((party) => party.ring());
    given.life.runOne('connect', { destinations: [{ type: 'extension', target: '1002' }], ...option });
    await pass(500);
    return given;
  }

  party(index: number): SimulatedParty {
    return this.life.asterisk.legs.parties[index] as SimulatedParty;
  }

  get dialled(): number {
    expect(this.life.asterisk.asked.filter((name) => name === 'create')).toHaveLength(
      this.life.asterisk.legs.parties.length,
    );
    return this.life.asterisk.legs.parties.length;
  }

  async kill(meanwhile: () => unknown = () => undefined): Promise<void> {
    this.life = await this.life.restart({ meanwhile });
    await pass(20);
  }

  get inBridge(): SimulatedParty[] {
    return this.life.asterisk.legs.parties.filter(({ channel }) => channel.bridge);
  }

  /** What was told of the one leg. */
  get told(): string[] {
    return this.life.published.flatMap(({ type, data }) =>
      /^call_(?!updated)/.test(type) && 'direction' in data && data.direction === 'outgoing' ? [type] : [],
    );
  }

  async end(): Promise<void> {
    this.life.hangup();
    await pass(20_000);
    this.life.expectNothingLeft();
    expect(this.life.outgoing.legs.check(Array.from({ length: 1_000 }, () => undefined))).toBeUndefined();
  }
}

describe('several phones with one number that ring when the daemon is killed', () => {
  test.each([0, 1, 2])('ring on, whichever of them answers (%i)', async (which) => {
    for (const isMeanwhile of [true, false]) {
      const given = await Given.ringing();
      expect(given.dialled).toBe(3);
      const answer = () => given.party(which).answer();
      await given.kill(isMeanwhile ? answer : undefined);
      if (!isMeanwhile) {
        await pass(6_000); // nobody takes them for left behind
        answer();
      }
      await pass(500);
      expect(given.inBridge).toEqual([given.party(which)]);
      expect(given.dialled).toBe(3);
      expect(given.life.asterisk.channels.size).toBe(2);
      expect(given.told).toEqual(['call_created', 'call_ringing', 'call_answered']);
      await given.end();
    }
  });

  test.each(['meanwhile', 'afterwards'] as const)(
    'ring on where the one refuses that was called first, %s',
    async (when) => {
      const given = await Given.ringing();
      const refuse = () => given.party(0).refuse(480);
      await given.kill(when === 'meanwhile' ? refuse : undefined);
      if (when === 'afterwards') refuse();
      await pass(10_000);
      expect(given.told).toEqual(['call_created', 'call_ringing']);
      given.party(2).answer();
      await pass(500);
      expect(given.inBridge).toEqual([given.party(2)]);
      await given.end();
    },
  );

  test('have all refused when the last one has', async () => {
    const given = await Given.ringing();
    await given.kill(() => given.party(0).refuse(480));
    given.party(1).refuse(480);
    given.party(2).refuse(486);
    await pass(500);
    expect(given.life.flow.variable('voipbin.connect.status')).toBe('busy');
    await given.end();
  });

  test('are all cancelled when it has rung for long enough, and with the caller', async () => {
    const long = await Given.ringing({ timeout: 5_000 });
    await long.kill();
    await pass(5_000);
    expect(long.life.asterisk.channels.size).toBe(1);
    await long.end();
    const gone = await Given.ringing();
    await gone.kill(() => gone.life.hangup());
    await pass(6_000);
    expect(gone.life.asterisk.channels.size).toBe(0);
    gone.life.expectNothingLeft();
  });

  test('are the same the second time', async () => {
    const given = await Given.ringing();
    for (let time = 0; time < 3; time++) await given.kill();
    given.party(1).answer();
    await pass(500);
    expect(given.inBridge).toEqual([given.party(1)]);
    expect(given.dialled).toBe(3);
    await given.end();
  });
});

describe('a redirection', () => {
  /** Says where else it wants to be called. */
  const redirects = (given: Given, index: number, to: string): void => {
    const { channel } = given.party(index);
    const peer = {
      type: 'Dial',
      peer: channel.json,
      dialstring: '',
      forward: `PJSIP/1002/sip:${to}@10.0.0.9`,
    };
    given.life.asterisk.emit({ ...peer, dialstatus: '' } as never);
    given.party(index).refuse(302);
  };

  test('is followed by the next daemon too, and as often as it was to be', async () => {
    const given = await Given.ringing({ follow_redirects: 2 });
    await given.kill();
    redirects(given, 0, '1003');
    await pass(500);
    expect(given.dialled).toBe(4);
    expect(given.party(3).endpoint).toContain('1003');
    await given.kill();
    redirects(given, 3, '1004');
    await pass(500);
    expect(given.dialled).toBe(5);
    await given.kill();
    redirects(given, 4, '1005');
    await pass(500);
    expect(given.dialled).toBe(5);
    given.party(2).answer();
    await pass(500);
    expect(given.inBridge).toEqual([given.party(2)]);
    await given.end();
  });
});
