import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import { messageFlows } from '../../../src/reception/message-flows.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { address, tel } from '../../support/given-messages.ts';
import { givenMessage } from '../../support/store-messages-contract.ts';

const flowId = '8b2cd1a3-3a8c-4c11-8b08-f3c3f059cfbe';

function given({ alone = 0, log = silentLog }: { readonly alone?: number; readonly log?: Log } = {}) {
  const started: { flow: FlowToRun; initial: Readonly<Record<string, string>> | undefined }[] = [];
  const numbers = new Map([
    ['5000', { message_flow_id: flowId }],
    ['5001', { message_flow_id: zeroId }],
    ['5002', { message_flow_id: zeroId.replace('0', '1') }],
    ['1003', { message_flow_id: flowId }],
  ]);
  const flowFor = messageFlows({
    numbers: { byNumber: async (number) => numbers.get(number) },
    extensions: { byExtension: async (number) => (/^100[1-9]$/.test(number) ? {} : undefined) },
    flows: { get: async (id) => (id === flowId ? { id, actions: [] } : undefined) },
    catalogue,
    activeflows: () => ({
      alone,
      start: (flow, own) => {
        started.push({ flow, initial: own?.initial });
        return undefined as never; // nobody looks at it
      },
    }),
    most: 10,
    log,
  });
  const message = givenMessage('received', { source: address('extension', '1001') });
  const arrives = async (number: string, source = message.source) => {
    const run = await flowFor(tel(number));
    run?.({ ...message, source });
    return run !== undefined;
  };
  return { numbers, started, message, arrives };
}

test('a message runs the flow of its number, which reads it', async () => {
  const { started, message, arrives } = given();
  expect(await arrives('5000')).toBe(true);
  expect(started).toMatchObject([{ flow: { id: flowId } }]);
  expect(started[0]?.initial).toEqual({
    'voipbin.message.id': message.id,
    'voipbin.message.source': '1001',
    'voipbin.message.destination': '+49170',
    'voipbin.message.text': message.text,
    'voipbin.message.source_type': 'extension',
    'voipbin.message.conversation_id': message.targets[0]?.conversation_id,
  });
});

test.each(['5001', '5002'])(
  'for a number without a flow, or whose flow is gone (%s), it is taken, and nothing runs',
  async (number) => {
    const { started, arrives } = given();
    expect(await arrives(number)).toBe(true);
    expect(started).toEqual([]);
  },
);

test('a phone gets it, unless a number of the user’s says otherwise', async () => {
  const { started, arrives } = given();
  expect([await arrives('1002'), await arrives('1003')]).toEqual([true, true]);
  const [relay, own] = started;
  expect(relay?.flow.actions).toMatchObject([
    { type: 'message_send', option: { destinations: [{ type: 'extension', target: '1002' }] } },
  ]);
  expect(own?.flow.id).toBe(flowId);
});

test.each([
  ['tel', '+4917012345', 'sip'],
  ['sip', 'ann@127.0.0.1:5071', 'sip'],
  ['extension', '1001', 'extension'],
])('a phone gets what a %s writes, though that is no number of ours', async (type, target, written) => {
  const { started, arrives } = given();
  await arrives('1002', address(type, target));
  expect(started[0]?.flow.actions).toMatchObject([
    { option: { source: { type: written, target: '${voipbin.message.source}' } } },
  ]);
});

test('what nobody has is for the default number, if there is one', async () => {
  const { numbers, started, arrives } = given();
  expect(await arrives('77')).toBe(false);
  numbers.set('default', { message_flow_id: flowId });
  expect(await arrives('77')).toBe(true);
  expect(started).toHaveLength(1);
  expect(await arrives('7 7')).toBe(false);
});

test('with as many flows without a call as may be it is kept, and that is logged without a word of it', async () => {
  const lines: unknown[] = [];
  const log: Log = { ...silentLog, warn: (fields, event) => void lines.push({ event, ...fields }) };
  const { started, message, arrives } = given({ alone: 10, log });
  expect(await arrives('5000')).toBe(true);
  expect(started).toEqual([]);
  expect(lines).toEqual([{ event: 'message_flow_not_run', message: message.id }]);
});
