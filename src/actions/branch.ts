import * as z from 'zod';
import { defineAction } from '../flows/action.ts';
import { goTo, isNowhere, isNowhereWritten } from '../flows/go-to.ts';
import { pathText } from '../flows/option.ts';
import { target, variableName } from '../flows/option-schemas.ts';
import { fixedText, objectIn } from '../flows/written.ts';

export default defineAction({
  type: 'branch',
  summary: 'Goes where the value of a variable says: `target_ids`, else `default_target_id`, else on.',
  needs: 'nothing',
  option: z.strictObject({
    variable: z
      .union([z.literal(''), variableName])
      .default('')
      .meta({ description: 'its name; empty: `voipbin.call.digits`', examples: ['voipbin.call.digits'] }),
    default_target_id: target
      .default('')
      .meta({ description: 'where every other value leads; empty: the next action', examples: ['again'] }),
    target_ids: z
      .record(z.string().max(1_024), target)
      .default({})
      .meta({
        description: 'ids of actions by the value that leads to them',
        examples: [{ '1': 'sales' }],
      }),
  }),
  example: { variable: 'voipbin.call.digits', target_ids: { '1': 'sales' }, default_target_id: 'again' },
  targets: ['default_target_id', 'target_ids.*'],
  goesOn: ({ default_target_id }) => isNowhereWritten(default_target_id),
  reads: ['variable'],

  compares: ({ variable = '', target_ids }) =>
    Object.keys(objectIn(target_ids)).map((value) => ({
      path: pathText(['target_ids', value]),
      variable: variable === '' ? 'voipbin.call.digits' : fixedText(variable),
      as: 'string',
      isOrder: false,
      value,
    })),

  warnings: ({ variable }) =>
    String(variable).includes('${')
      ? [
          {
            path: 'variable',
            message: 'expected a name without `${}`: this is the name of a variable that says which',
          },
        ]
      : [],

  run({ variables }, { variable, default_target_id, target_ids }) {
    const value = variables.get(variable || 'voipbin.call.digits');
    const found = Object.hasOwn(target_ids, value) ? (target_ids[value] ?? '') : '';
    return goTo(isNowhere(found) ? default_target_id : found);
  },
});
