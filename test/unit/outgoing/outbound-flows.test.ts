import { expect, test } from 'vitest';
import { derivedUuid } from '../../../src/core/derived-uuid.ts';
import { startOutboundFlow } from '../../../src/outgoing/outbound-flows.ts';
import type { LaterCall } from '../../../src/ports/outgoing.ts';

const flowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
const securityId = 'a'.repeat(64);

async function started(more: object = {}) {
  const stored: LaterCall[] = [];
  const answer = await startOutboundFlow(
    {
      flowId,
      numbers: ['919979746666', '+15551234567'],
      delayMinutes: 5,
      from: '100',
      securityId,
      clientId: '1',
      uuid: (...words) => derivedUuid(...words),
      ...more,
    },
    {
      outgoing: { later: async (calls) => void stored.push(...calls) },
      flows: { get: async (id) => (id === flowId ? { id, actions: [] } : undefined) },
    },
  );
  return { answer, stored };
}

test('each number is called for the flow, which knows by whom it was asked for', async () => {
  const { answer, stored } = await started();
  expect(answer).toMatchObject({ code: 200, activeflowId: stored[0]?.id });
  expect(stored.map(({ destination }) => destination.target)).toEqual(['919979746666', '+15551234567']);
  for (const call of stored)
    expect(call).toMatchObject({
      flowId,
      delayMinutes: 5,
      variables: { 'flow.syskey.securityID': securityId, 'flow.syskey.clientID': '1' },
    });
});

test('what was not given is not kept', async () => {
  const { stored } = await started({ securityId: '', clientId: '' });
  expect(stored.map(({ variables }) => variables)).toEqual([{}, {}]);
});

test('an unknown flow calls nobody', async () => {
  const { answer, stored } = await started({ flowId: securityId });
  expect([answer.code, stored]).toEqual([404, []]);
});
