import { describe, expect, test } from 'vitest';
import { parseDestination } from '../../../src/outgoing/dial-string.ts';
import { redirectedTo } from '../../../src/outgoing/redirection.ts';

describe('a redirection as Asterisk tells it', () => {
  test.each([
    ['PJSIP/direct-as-is/sip:bob@192.0.2.1:5070;x=1', 'sip', 'bob@192.0.2.1:5070'],
    ['PJSIP/direct/sip:bob@example.org', 'sip', 'bob@example.org'],
    ['PJSIP/direct-as-is/sip:%2B4930@example.org?Replaces=x', 'sip', '+4930@example.org'],
    ['PJSIP/1004/sip:1003@192.0.2.1:5060', 'extension', '1003'],
    ['PJSIP/1004/sip:+493012345@192.0.2.1', 'tel', '+493012345'],
    ['PJSIP/1004/sip:0301234567@192.0.2.1', 'tel', '0301234567'],
    ['PJSIP/trunk/sip:1003@trunk.example', 'tel', '1003'],
  ])('%s leads to the %s %s', (forward, type, target) => {
    expect(redirectedTo(forward)).toMatchObject({ type, target });
  });

  test.each(['', 'other', 'Local/1003@inbound', 'PJSIP/1004', 'PJSIP/1004/tel:+4930', 'PJSIP/1/sip:host'])(
    '%j leads nowhere',
    (forward) => {
      expect(redirectedTo(forward)).toBeUndefined();
    },
  );

  test.each([
    'PJSIP/direct-as-is/sip:a&PJSIP%2F1001@192.0.2.1',
    'PJSIP/direct-as-is/sip:a%0d%0aX:%20y@192.0.2.1',
    'PJSIP/direct-as-is/sip:%@192.0.2.1',
    'PJSIP/1004/sip:bob@192.0.2.1',
    'PJSIP/trunk/sip:100,200@trunk.example',
  ])('%s goes through the door of every destination, and not in', (forward) => {
    const address = redirectedTo(forward);
    expect(address).toBeDefined();
    expect(() => address && parseDestination(address)).toThrow();
  });
});
