import { describe, expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow, targetsOf } from '../../../src/flows/flow.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';
import { objectIn } from '../../../src/flows/written.ts';
import { simulate } from '../../../src/simulator/simulation.ts';

const catalogue = await loadActions();

/** Whatever has a voice, a place to be at, or a partner: who is alone there waits until he hangs up. */
const lasting = new Set(['confbridge_join']);

/** What an action that looks for something stored says where there is nothing. */
const nothingThere =
  /^(NOT_FOUND|UNKNOWN_AGENT|FLOW_NOT_FOUND|NOT_IN_QUEUE|UNREACHABLE|RECORDING_NOT_FOUND|NO_RECORDING)$/;

describe('the example of', () => {
  test.each([...catalogue])('%s is simulated', async (name, type) => {
    const targets = new Set(targetsOf(type, objectIn(type.example)).map(([, id]) => String(id)));
    const list = [
      { id: 'it', type: name, option: type.example },
      { id: 'after', type: 'stop' },
      ...[...targets].map((id) => ({ id, type: 'stop' })),
    ];
    const { actions, problems } = checkFlow(list, catalogue);
    expect(problems).toEqual([]);
    const { ended, steps } = await simulate({
      ...{ catalogue, flow: { id: zeroId, actions } },
      caller: lasting.has(name) ? { hangupAfter: 5_000 } : {},
    });
    expect(ended.how).toBe(lasting.has(name) ? 'caller' : 'flow');
    const acted = steps.filter(({ kind }) => kind === 'action');
    expect(acted[0]).toMatchObject({ id: 'it', type: name });
    const failed = steps.filter((step) => step.kind === 'failed').map(({ code }) => code);
    for (const code of failed) expect(code).toMatch(nothingThere);
    // What nobody has said is said to be assumed.
    if (failed.includes('UNREACHABLE')) expect(steps.map(({ kind }) => kind)).toContain('assumed');
  });
});
