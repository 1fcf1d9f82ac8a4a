import { describe, expect, test } from 'vitest';
import { authorization, chooseChallenge, parseChallenge } from '../../support/digest.ts';
import {
  branchOf,
  cseqOf,
  formatSip,
  parseSip,
  respondTo,
  type SipRequest,
} from '../../support/sip-message.ts';
import { addressOf, parseNameAddress, tagOf } from '../../support/sip-uri.ts';

const invite = [
  'INVITE sip:100@127.0.0.1:5060 SIP/2.0',
  'v: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKtop;rport, SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKnext',
  'f: "Ann, \\"the\\" boss" <sip:1001@127.0.0.1;user=phone>;tag=aaa',
  't: <sip:100@127.0.0.1>',
  'i: abc@host',
  'CSeq:  7   INVITE',
  'm: <sip:1001@127.0.0.1:5070>',
  'Record-Route: <sip:127.0.0.3;lr>,<sip:127.0.0.4;lr>',
  'Subject: one',
  '  two',
  'l: 4',
  '',
  'bodyrubbish',
].join('\r\n');

const parsed = (text: string): SipRequest => {
  const message = parseSip(text);
  if (message.kind !== 'request') throw new Error('not a request');
  return message;
};

describe('a SIP message', () => {
  test('is read with short names, lists, continued lines and its length', () => {
    const message = parsed(invite);
    expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:100@127.0.0.1:5060', body: 'body' });
    expect(message.headers.get('Call-ID')).toBe('abc@host');
    expect(message.headers.all('Via')).toHaveLength(2);
    expect(branchOf(message)).toBe('z9hG4bKtop');
    expect(cseqOf(message)).toEqual({ number: 7, method: 'INVITE' });
    expect(message.headers.get('subject')).toBe('one two');
    expect(message.headers.all('Record-Route')).toEqual(['<sip:127.0.0.3;lr>', '<sip:127.0.0.4;lr>']);
  });

  test('is written with the right length and read back the same', () => {
    const message = { ...parsed(invite), body: 'zwölf' };
    const text = formatSip(message);
    expect(text).toContain('Content-Length: 6\r\n');
    expect(parsed(text).body).toBe('zwölf');
  });

  test.each(['', 'hello\r\n\r\n', 'INVITE sip:x SIP/2.0\r\nVia x\r\n\r\n', 'SIP/2.0 20 OK\r\n\r\n'])(
    'is not %j',
    (text) => {
      expect(() => parseSip(text)).toThrow(SyntaxError);
    },
  );

  test('is not one that is shorter than it says', () => {
    expect(() => parseSip(invite.replace('l: 4', 'l: 400'))).toThrow('Content-Length');
  });

  test('cannot smuggle in a header', () => {
    expect(() => parsed(invite).headers.add('X', 'a\r\nVia: b')).toThrow(SyntaxError);
  });

  test('is answered with its own Via, From, To, Call-ID and CSeq, and a tag', () => {
    const response = respondTo(parsed(invite), 486, { tag: 'bbb' });
    expect(response).toMatchObject({ status: 486, reason: 'Busy Here' });
    expect(response.headers.all('Via')).toEqual(parsed(invite).headers.all('Via'));
    expect(tagOf(response.headers.get('To'))).toBe('bbb');
    expect(respondTo(parsed(invite), 100, { tag: 'bbb' }).headers.get('To')).not.toContain('tag');
  });
});

describe('an address', () => {
  test('is taken apart, quotes and all', () => {
    expect(parseNameAddress(parsed(invite).headers.get('From') ?? '')).toEqual({
      name: 'Ann, "the" boss',
      uri: 'sip:1001@127.0.0.1;user=phone',
      user: '1001',
      parameters: { tag: 'aaa' },
    });
    expect(parseNameAddress('sip:1001@127.0.0.1;tag=x')).toMatchObject({
      uri: 'sip:1001@127.0.0.1',
      parameters: { tag: 'x' },
    });
  });

  test('says where to send', () => {
    expect(addressOf('sip:1001@127.0.0.1:5070;ob')).toEqual({ host: '127.0.0.1', port: 5_070 });
    expect(addressOf('sip:127.0.0.1')).toEqual({ host: '127.0.0.1', port: 5_060 });
    expect(() => addressOf('tel:123')).toThrow(SyntaxError);
  });
});

describe('digest authentication', () => {
  const credentials = { user: 'Mufasa', password: 'Circle Of Life' };
  const request = { method: 'GET', uri: '/dir/index.html', cnonce: '0a4f113b' };
  const nonce = 'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';

  test('gives the response of the example in RFC 2617, 3.5', () => {
    const challenge = parseChallenge(
      `Digest realm="testrealm@host.com", qop="auth,auth-int", ${nonce}, opaque="5ccc069c"`,
    );
    const answer = authorization(challenge ?? {}, credentials, request);
    expect(answer).toContain('response="6629fae49393a05397450978507c4ef1"');
    expect(answer).toContain('opaque="5ccc069c"');
    expect(answer).toContain('qop=auth, nc=00000001, cnonce="0a4f113b"');
  });

  test('does without qop for servers older than it', () => {
    const challenge = parseChallenge(`Digest realm="testrealm@host.com",${nonce}`);
    // The known answer of RFC 2069 as corrected by its erratum.
    const answer = authorization(challenge ?? {}, { user: 'Mufasa', password: 'CircleOfLife' }, request);
    expect(answer).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(answer).not.toContain('qop');
  });

  test('takes the first challenge whose algorithm it knows', () => {
    const offers = [
      'Basic realm="x"',
      'Digest realm="a",nonce="n",algorithm=SHA-512-256',
      'Digest realm="b",nonce="n"',
    ];
    expect(chooseChallenge(offers)?.realm).toBe('b');
    expect(chooseChallenge(offers.slice(0, 2))).toBeUndefined();
  });
});
