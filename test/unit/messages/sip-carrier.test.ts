import { expect, test } from 'vitest';
import { AriError } from '../../../src/ari/transport.ts';
import { SipCarrier } from '../../../src/messages/sip-carrier.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { address, tel } from '../../support/given-messages.ts';

const never = new AbortController().signal;

function given() {
  const fake = new FakeAri();
  const carrier = new SipCarrier(fake.ari);
  const parcel = { id: 'm1', messageId: 'm1', source: tel('+4930'), destination: tel(''), text: 'Hi\r\nBye' };
  const carry = (type: string, target: string, source = parcel.source) =>
    carrier.carry({ ...parcel, source, destination: address(type, target) }, never);
  return { fake, carry, texts: fake.asterisk.texts.sent };
}

test('a phone of ours gets a SIP MESSAGE', async () => {
  const { carry, texts } = given();
  expect(await carry('extension', '1001')).toEqual({ status: 'sent' });
  expect(texts).toEqual([
    { to: 'pjsip:1001', from: '+4930', body: 'Hi\r\nBye', headers: { 'X-Message-ID': 'm1' } },
  ]);
});

test('whoever is somewhere else gets it there', async () => {
  const { carry, texts } = given();
  expect(await carry('sip', 'sip:bob@PBX.example')).toEqual({ status: 'sent' });
  expect(await carry('sip', 'bob@[2001:db8::1]:5070')).toEqual({ status: 'sent' });
  expect(texts.map(({ to }) => to)).toEqual([
    'pjsip:direct/sip:bob@pbx.example:5060',
    'pjsip:direct/sip:bob@[2001:db8::1]:5070',
  ]);
});

test('who writes is nothing but a user in it, whatever he calls himself', async () => {
  const { carry, texts } = given();
  for (const source of [
    address('sip', 'sip:ada@x>\r\nEvil: 1'),
    tel('"A" <sip:b@c>'),
    address('extension', '1001'),
  ])
    await carry('extension', '1001', source);
  expect(texts.map(({ from }) => from)).toEqual(['ada', 'Asipbc', '1001']);
});

test('a phone that is not registered, or not there, is tried later', async () => {
  const { fake, carry, texts } = given();
  fake.asterisk.legs.phones.set('1002', 'offline');
  expect(await carry('extension', '1002')).toEqual({ status: 'later', reason: 'not_registered' });
  expect(await carry('extension', '77')).toEqual({ status: 'later', reason: 'not_registered' });
  expect(texts).toEqual([]);
});

test.each([
  ['extension', '1001', 404, { status: 'later', reason: 'asterisk_404' }],
  ['sip', 'a@127.0.0.1', 404, { status: 'failed', reason: 'asterisk_404' }],
  ['sip', 'a@127.0.0.1', 500, { status: 'later', reason: 'asterisk_500' }],
])('to a %s (%s) that Asterisk answers %i is %j', async (type, target, status, expected) => {
  const { fake, carry } = given();
  fake.asterisk.fault('endpoints.sendMessage', { status });
  expect(await carry(type, target)).toEqual(expected);
});

test('while Asterisk is away it is tried later', async () => {
  const { fake, carry } = given();
  fake.send = async () => {
    throw new AriError(0, 'not connected');
  };
  expect(await carry('extension', '1001')).toEqual({ status: 'later', reason: 'asterisk_away' });
});

test('all phones of one number get it, and the channel by which they were asked for is gone', async () => {
  const fake = new FakeAri({ events: 'before' });
  const { asterisk, ari } = fake;
  const places = ['sip:1001@10.0.0.1:5060', 'sip:1001@10.0.0.2:5061;ob', 'sip:evil@x y'];
  asterisk.onEvent = (event) => {
    if (event.type !== 'StasisStart') return;
    const dialStrings = places.map((place) => `PJSIP/1001/${place}`).join('&');
    asterisk.channels.get(event.channel.id)?.variables.set('PJSIP_DIAL_CONTACTS(1001)', dialStrings);
  };
  const parcel = { id: 'm1', messageId: 'm1', source: tel('+4930'), text: 'Hi' };
  const carrier = new SipCarrier(ari);
  const destination = address('extension', '1001');
  expect(await carrier.carry({ ...parcel, destination }, never)).toEqual({ status: 'sent' });
  expect(asterisk.texts.sent.map(({ to }) => to)).toEqual([
    'pjsip:1001/sip:1001@10.0.0.1:5060',
    'pjsip:1001/sip:1001@10.0.0.2:5061;ob',
  ]);
  expect(asterisk.channels.size).toBe(0);
  expect(ari.events.size).toBe(0);
});
