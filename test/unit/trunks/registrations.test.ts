import { expect, test } from 'vitest';
import { Registrations } from '../../../src/trunks/registrations.ts';

const metric = 'asterisk_pjsip_outbound_registration_status';
const labels = (client: string): string =>
  `{eid="02:00:00:00:00:01",username="${client}",domain="sip:p.example",channel_type="PJSIP"}`;
const metrics = [
  '# HELP asterisk_pjsip_outbound_registration_status Current registration status.',
  `# TYPE ${metric} gauge`,
  `${metric}${labels('sip:in@p.example')} 1`,
  `${metric}${labels('sip:out@p.example')} 0`,
  `${metric}${labels('sip:no@p.example:5070')} 2`,
  'asterisk_channels_count 3',
].join('\n');

const trunk = (username: string, uri = 'sip:p.example') => ({ username, uri, register: true });

test('Asterisk’s figures say whether we are registered', async () => {
  const registrations = new Registrations(async () => metrics);
  expect(await registrations.of(trunk('in'))).toBe('registered');
  expect(await registrations.of(trunk('out'))).toBe('unregistered');
  expect(await registrations.of(trunk('no', 'sip:p.example:5070'))).toBe('rejected');
  expect(await registrations.of(trunk('new'))).toBe('unregistered');
});

test('where we do not register nobody is asked, and where Asterisk says nothing nothing is known', async () => {
  const silent = new Registrations(() => Promise.reject(new Error('404')));
  expect(await silent.of({ ...trunk('in'), register: false })).toBe('none');
  expect(await silent.of(trunk('in'))).toBe('unknown');
});
