import { objectIn } from '../flows/written.ts';
import type { Answers } from '../simulator/caller.ts';
import type { Plan } from './plan.ts';

/** What those may do whom an action calls: all that makes a difference. */
export function answersOfCalled(type: string, option: unknown, plan: Plan): readonly [Answers, ...Answers[]] {
  const { differences } = plan;
  if (type === 'queue_join') return waitEnds(option, plan) ? ['human', 'noanswer'] : ['human'];
  if (type !== 'connect' && type !== 'agent_call') return ['noanswer'];
  const statuses = differences.of('voipbin.connect.status');
  const hasReasons = ['voipbin.connect.hangup_reason', 'voipbin.connect.sip_code'].some((name) =>
    differences.isCompared(name),
  );
  return [
    'human',
    'noanswer',
    ...(hasReasons || statuses.includes('busy') ? (['busy'] as const) : []),
    ...(hasReasons || statuses.includes('failed') || statuses.includes('cancel')
      ? (['refused'] as const)
      : []),
  ];
}

/** Whether a caller whom nobody takes leaves the queue by himself one day. */
function waitEnds(option: unknown, { installation }: Plan): boolean {
  const { queue_id } = objectIn(option);
  return installation.queues.some(({ id, wait_timeout }) => id === queue_id && wait_timeout > 0);
}
