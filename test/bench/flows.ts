import * as z from 'zod';
import { zeroId } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { sleep } from '../../src/core/wait.ts';
import { defineAction } from '../../src/flows/action.ts';
import { Activeflows, type ActiveflowsOptions } from '../../src/flows/activeflows.ts';
import { checkFlow } from '../../src/flows/flow.ts';
import { type ActionCatalogue, loadActions } from '../../src/flows/load-actions.ts';

const flows = 400;
const idle = 20_000;

/** Nothing of the daemon but the engine: what it says is dropped, and nobody asks for anything. */
const ports = {} as ActiveflowsOptions['ports'];
const replies = {} as ActiveflowsOptions['replies'];

/** As a flow on a call would wait, without the call. */
const wait = defineAction({
  type: 'wait',
  summary: 'Waits.',
  needs: 'nothing',
  option: z.strictObject({}),
  example: {},
  run: async ({ signal }) => {
    await sleep(3_600_000, signal);
  },
});

/** What the engine itself costs: steps of a flow that decides, and flows that wait. */
export async function benchFlows(): Promise<void> {
  const catalogue: ActionCatalogue = new Map([...(await loadActions()), ['wait', wait]]);
  await benchSteps(catalogue);
  await benchIdle(catalogue);
}

/** A round of three decisions, 160 times: nearly as many as the loop guard lets pass. Counted by what is published. */
async function benchSteps(catalogue: ActionCatalogue): Promise<void> {
  const { actions } = checkFlow(
    [
      { id: 'round', type: 'variable_set', option: { key: 'choice', value: 'is ${count}' } },
      { type: 'branch', option: { variable: 'choice', target_ids: { '1': 'end' } } },
      { type: 'goto', option: { target_id: 'round', loop_count: 160 } },
      { id: 'end', type: 'stop' },
    ],
    catalogue,
  );
  const scope = new Scope((error) => console.error(error));
  let steps = 0;
  const activeflows = makeActiveflows(catalogue, scope, (type) => {
    if (type === 'activeflow_updated') steps++;
  });
  const run = async (count: number): Promise<void> => {
    for (let flow = 0; flow < count; flow++) {
      const activeflow = activeflows.start({ id: zeroId, actions });
      while (activeflows.get(activeflow.id)) await new Promise(setImmediate);
    }
  };
  await run(50); // warm
  steps = 0;
  const began = process.cpuUsage();
  await run(flows);
  const { user, system } = process.cpuUsage(began);
  await scope.close();
  const each = (user + system) / steps;
  console.log(
    `flows: ${Math.round(1_000_000 / each)} decisions/s of one core, ${each.toFixed(1)} us each; a loop of 500 is stopped after ${((each * 500) / 1_000).toFixed(0)} ms`,
  );
}

async function benchIdle(catalogue: ActionCatalogue): Promise<void> {
  const { actions } = checkFlow(
    [{ type: 'variable_set', option: { key: 'a', value: 'b' } }, { type: 'wait' }],
    catalogue,
  );
  const scope = new Scope((error) => console.error(error));
  const activeflows = makeActiveflows(catalogue, scope);
  const before = await heap();
  for (let flow = 0; flow < idle; flow++) activeflows.start({ id: zeroId, actions });
  const bytes = ((await heap()) - before) / idle;
  if (activeflows.size !== idle) throw new Error('not all of them wait');
  await scope.close();
  const left = ((await heap()) - before) / idle;
  console.log(
    `flows: ${Math.round(bytes)} bytes per idle activeflow, ${Math.round(Math.max(0, left))} left once it is over`,
  );
}

function makeActiveflows(
  catalogue: ActionCatalogue,
  scope: Scope,
  onChange: ActiveflowsOptions['onChange'] = () => undefined,
): Activeflows {
  return new Activeflows({
    customerId: zeroId,
    catalogue,
    scope,
    ports,
    replies,
    pace: async () => undefined,
    log: silentLog,
    onChange,
    onEvent: () => undefined,
  });
}

/** What is in use once the garbage is gone; `gc` is there with `--expose-gc`, without it the figure is rough. */
async function heap(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}
