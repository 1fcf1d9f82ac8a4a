import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { givenFakeTools } from '../../support/wire/fake-tools.ts';
import { calls } from '../../support/wire/scenarios/calls.ts';
import { chatbots } from '../../support/wire/scenarios/chatbots.ts';
import { flows } from '../../support/wire/scenarios/flows.ts';
import { meetings } from '../../support/wire/scenarios/meetings.ts';
import { messages } from '../../support/wire/scenarios/messages.ts';
import { outgoing } from '../../support/wire/scenarios/outgoing.ts';
import { queues } from '../../support/wire/scenarios/queues.ts';
import { refusals } from '../../support/wire/scenarios/refusals.ts';
import { resources } from '../../support/wire/scenarios/resources.ts';
import { sounds } from '../../support/wire/scenarios/sounds.ts';
import { voicemail } from '../../support/wire/scenarios/voicemail.ts';
import { WireTranscript } from '../../support/wire/transcript.ts';

// Everything users are answered and told, byte for byte, but for what is new each time (ids, times, ports, secrets). Whoever
// changes it on purpose writes it down anew, and reads the difference:
//   npx vitest run --config test/vitest.config.ts --project unit test/unit/daemon/on-the-wire.test.ts -u

const scenarios = {
  flows,
  resources,
  calls,
  outgoing,
  queues,
  meetings,
  chatbots,
  sounds,
  voicemail,
  messages,
  refusals,
};

const tools = givenFakeTools();
afterAll(() => tools[Symbol.dispose]());

const operations = new Set<string>();
const answered = new Set<string>();
const told = new Set<string>();

test.each(Object.entries(scenarios))(
  '%s: every answer and every event is as before',
  async (name, scenario) => {
    await using wire = await WireTranscript.open();
    for (const { id } of wire.operations) operations.add(id);
    await scenario(wire);
    const text = await wire.text();
    expect(wire.daemon.defects).toEqual([]);
    for (const id of wire.answered) answered.add(id);
    for (const { type } of wire.events) told.add(type ?? '');
    await expect(text).toMatchFileSnapshot(`../../fixtures/wire/${name}.txt`);
  },
);

/** They answer with streams that are no JSON, and have tests of their own. */
for (const id of ['exportCalls', 'streamEvents']) answered.add(id);

/** What is found on a machine is another thing on each: likewise. */
answered.add('listChecks');

/** What a page asks, with a cookie, and the code that it begins with: likewise. */
for (const id of [
  ...['createSessionCode', 'createSession', 'getCurrentSession', 'deleteCurrentSession'],
  ...['createConsolePhone', 'connectConsolePhone'],
])
  answered.add(id);

test('they have made every route do what it does', () => {
  expect([...operations].filter((id) => !answered.has(id))).toEqual([]);
});

test('they have made every event that is sent', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'webhooks.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.split('|').length === 5 && !line.includes('not sent yet'));
  const sent = rows.flatMap((row) => (row.split('|')[2] ?? '').match(/`[a-z]+(_[a-z]+)*_[a-z]+`/g) ?? []);
  expect(sent.length).toBeGreaterThan(35);
  expect([...told].map((type) => `\`${type}\``).sort()).toEqual([...new Set(sent)].sort());
});
