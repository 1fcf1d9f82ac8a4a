import * as z from 'zod';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { variableName } from '../flows/option-schemas.ts';
import { isReserved } from '../flows/variables.ts';
import { fixedText, referenceAt } from '../flows/written.ts';

export default defineAction({
  type: 'variable_set',
  summary: 'Sets a variable; `voipbin.` and the read-only names cannot be set.',
  needs: 'nothing',
  option: z.strictObject({
    key: variableName
      .refine((name) => !isReserved(name), 'this name is reserved')
      .meta({ description: 'its name, at most 128 characters without `}`', examples: ['language'] }),
    value: z
      .string()
      .max(65_536)
      .default('')
      .meta({ description: 'at most 65 536 characters', examples: ['de-DE'] }),
  }),
  example: { key: 'Provider name', value: 'voipbin' },

  sets({ key }) {
    const name = fixedText(key);
    return name === '' ? 'anything' : [name];
  },

  copies: ({ key }) => [key],

  // What `internal:createOutbound` calls with.
  refersTo: (written) => (written.key === 'flow.syskey.flowID' ? referenceAt(written, 'value', 'flow') : []),

  async run({ user, signal }, { key, value }) {
    // A placeholder may have made it a reserved name only now.
    if (isReserved(key)) throw new ActionError('RESERVED_VARIABLE', `the variable ${key} cannot be set`);
    await orAbort(user.set(key, value), signal);
    return undefined;
  },
});
