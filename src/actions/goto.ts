import * as z from 'zod';
import { count } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';
import { target } from '../flows/option-schemas.ts';

export default defineAction({
  type: 'goto',
  summary: 'Jumps to another action, exactly `loop_count` times in this activeflow, then goes on.',
  needs: 'nothing',
  option: z.strictObject({
    target_id: target.min(1).meta({ description: 'where it jumps', examples: ['again'] }),
    loop_count: count('times', 0, 2_147_483_647)
      .optional()
      .meta({
        description:
          'how often it jumps in this activeflow; missing: every time, until the loop guard ends the flow',
        examples: [2],
      }),
  }),
  example: { target_id: 'again', loop_count: 2 },
  targets: ['target_id'],
  goesOn: ({ loop_count }) => loop_count !== undefined,

  warnings({ loop_count }) {
    if (loop_count !== undefined) return [];
    return [
      {
        path: 'loop_count',
        message: 'without loop_count this jumps every time, until the loop guard ends the flow',
      },
    ];
  },

  run({ counter }, { target_id, loop_count }) {
    if (loop_count !== undefined && counter.value >= loop_count) return { go: 'next' };
    counter.value++;
    return { go: 'to', actionId: target_id };
  },
});
