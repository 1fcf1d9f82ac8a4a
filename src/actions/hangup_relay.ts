import * as z from 'zod';
import { causeOfSip } from '../calls/hangup-cause.ts';
import { dismiss } from '../calls/trial.ts';
import { defineAction } from '../flows/action.ts';

const option = z.strictObject({
  reference_id: z.uuid().meta({
    description: 'the call whose end is relayed',
    examples: ['b8573f30-b031-11ed-ac05-3bc9a62e64c3'],
  }),
});

export default defineAction({
  type: 'hangup_relay',
  summary: 'Hangs up with the reason another call ended with; `normal` where that one lives.',
  needs: 'call',
  option,
  example: { reference_id: 'b8573f30-b031-11ed-ac05-3bc9a62e64c3' },
  goesOn: () => false,

  async run({ call, ports, signal }, { reference_id }) {
    const end = await ports.calls.endOf(reference_id);
    signal.throwIfAborted(); // somebody else may have the call by now
    if (!end || end.isLive) dismiss(call, 'normal');
    else if (end.sipCode > 0 && !call.isUp) dismiss(call, end.reason, causeOfSip(end.sipCode));
    else dismiss(call, end.reason, end.cause);
    return { go: 'finish' };
  },
});
