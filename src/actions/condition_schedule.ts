import * as z from 'zod';
import { systemTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { goTo, isNowhere, isNowhereWritten } from '../flows/go-to.ts';
import { target } from '../flows/option-schemas.ts';
import { fixedText, referenceAt } from '../flows/written.ts';

export default defineAction({
  type: 'condition_schedule',
  summary:
    'Goes to `open_target_id` or `closed_target_id`, as a schedule says of the present. Sets `voipbin.schedule.*`.',
  needs: 'nothing',
  option: z.strictObject({
    schedule_id: z
      .guid('expected the id of a schedule')
      .toLowerCase()
      .meta({ description: 'the schedule', examples: ['5c1c0d52-8f0f-4f77-9d2a-0f6f5c7f3a10'] }),
    open_target_id: target
      .default('')
      .meta({ description: 'where to go while it is open; empty: the next action', examples: ['menu'] }),
    closed_target_id: target
      .default('')
      .meta({ description: 'where to go while it is closed; empty: the next action', examples: ['closed'] }),
  }),
  example: { schedule_id: '5c1c0d52-8f0f-4f77-9d2a-0f6f5c7f3a10', closed_target_id: 'closed' },
  targets: ['open_target_id', 'closed_target_id'],
  goesOn: ({ open_target_id, closed_target_id }) => [open_target_id, closed_target_id].some(isNowhereWritten),
  refersTo: (written) => referenceAt(written, 'schedule_id', 'schedule'),

  warnings({ open_target_id = '', closed_target_id = '' }) {
    const isWithout = [open_target_id, closed_target_id].every(
      (id) => id === '' || (fixedText(id) !== '' && isNowhere(fixedText(id))),
    );
    if (!isWithout) return [];
    const message = 'without it the flow goes on with the next action either way';
    return [{ path: 'closed_target_id', message }];
  },

  async run({ ports, variables, signal }, { schedule_id, open_target_id, closed_target_id }) {
    const now = await orAbort(ports.schedules.at(schedule_id, systemTime()), signal);
    if (!now) throw new ActionError('NOT_FOUND', 'there is no such schedule');
    variables.note({
      'voipbin.schedule.result': now.open ? 'open' : 'closed',
      'voipbin.schedule.reason': now.reason,
      'voipbin.schedule.exception': now.exception,
    });
    return goTo(now.open ? open_target_id : closed_target_id);
  },
});
