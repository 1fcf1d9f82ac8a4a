import { describe, expect, test } from 'vitest';
import { causeOf, hangupActionReasons, toldBy, verdict } from '../../../src/calls/hangup-cause.ts';
import { sipStatusOf } from '../../../src/simulator/asterisk/causes.ts';

describe('the cause we hang up with', () => {
  test.each([
    ['', 16, 603],
    ['normal', 16, 603],
    ['cancel', 16, 603],
    ['timeout', 16, 603],
    ['amd', 16, 603],
    ['busy', 17, 486],
    ['noanswer', 19, 480],
    ['dialout', 19, 480],
    ['failed', 34, 503],
  ] as const)('%j is Q.850 %d, and SIP %d before the answer', (reason, cause, status) => {
    expect(causeOf(reason)).toBe(cause);
    expect(sipStatusOf(cause)).toBe(status);
  });

  test('a flow may give five of the reasons', () => {
    expect([...hangupActionReasons].sort()).toEqual(['busy', 'cancel', 'failed', 'noanswer', 'normal']);
  });
});

describe('who hung up, and why', () => {
  test('our own intention wins over whatever Asterisk says', () => {
    expect(verdict('amd', { cause: 17, sipCode: 486 }, true, 'incoming')).toEqual({
      by: 'local',
      reason: 'amd',
    });
    expect(verdict('dialout', { sipCode: 487 }, false, 'outgoing')).toEqual({
      by: 'local',
      reason: 'dialout',
    });
  });

  test.each([
    ['a plain BYE', {}, 'normal'],
    ['a BYE with its cause', { cause: 16 }, 'normal'],
    ['no sound any more', { cause: 44 }, 'failed'],
    ['found gone', { isLost: true }, 'failed'],
  ] as const)('answered, then %s', (_, end, reason) => {
    expect(verdict(undefined, end, true, 'incoming')).toEqual({ by: 'remote', reason });
    expect(verdict(undefined, end, true, 'outgoing')).toEqual({ by: 'remote', reason });
  });

  test.each([
    ['a BYE', { cause: 16, tech_cause: 200 }, { cause: 16, sipCode: 200 }],
    ['the driver, where no RTP comes', { cause: 1, soft: true }, { cause: 44 }],
    ['ARI', { cause: 32, soft: true }, undefined],
  ])('a request to hang up by %s tells no more than it knows', (_, request, told) => {
    expect(toldBy({ soft: false, ...request })).toEqual(told);
  });

  test('a caller who gives up is nobody’s failure', () => {
    expect(verdict(undefined, { cause: 127, sipCode: 487 }, false, 'incoming')).toEqual({
      by: 'remote',
      reason: 'normal',
    });
  });

  test.each([
    [{ sipCode: 486, cause: 17 }, 'busy'],
    [{ sipCode: 600, cause: 17 }, 'busy'],
    [{ sipCode: 480, cause: 19 }, 'noanswer'],
    [{ sipCode: 408, cause: 18 }, 'noanswer'],
    [{ sipCode: 603, cause: 21 }, 'noanswer'],
    [{ sipCode: 403, cause: 21 }, 'failed'],
    [{ sipCode: 404, cause: 1 }, 'failed'],
    [{ sipCode: 503, cause: 34 }, 'failed'],
    [{ cause: 17 }, 'busy'],
    [{ cause: 18 }, 'noanswer'],
    [{ cause: 19 }, 'noanswer'],
    [{ cause: 21 }, 'noanswer'],
    [{ cause: 38 }, 'failed'],
    [{}, 'failed'],
  ] as const)('a leg of ours that was refused with %j: %s', (end, reason) => {
    expect(verdict(undefined, end, false, 'outgoing')).toEqual({ by: 'remote', reason });
  });
});
