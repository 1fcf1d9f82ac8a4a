import * as z from 'zod';
import { joiningOptions } from '../conferences/joining-options.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';

export default defineAction({
  type: 'conference_join',
  summary: 'Runs the first flow of a conference, joins it, and goes on when the call has left it.',
  needs: 'answered call',
  option: z.strictObject({
    conference_id: z
      .guid('expected the id of a conference')
      .toLowerCase()
      .meta({ description: 'the conference', examples: ['367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe'] }),
    ...joiningOptions,
  }),
  example: { conference_id: '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe' },
  ssml: ['announcement'],
  refersTo: (written) => referenceAt(written, 'conference_id', 'conference'),

  async run({ action, call, uuid, variables, ports, signal }, { conference_id }) {
    const entering = {
      id: conference_id,
      conferencecallId: uuid('conferencecall'),
      activeflowId: variables.get('voipbin.activeflow.id'),
    };
    const conference = await orAbort(ports.conferences.enter(call, entering), signal);
    if (!conference) throw new ActionError('NOT_FOUND', `there is no conference ${conference_id}`);
    // As written: values are filled in when the call joins, and only once.
    const { conference_id: _, ...joining } = action.option ?? {};
    const { confbridge_id, pre_flow_id, post_flow_id, music } = conference;
    const how = { ...(music !== '' && { music }), ...joining };
    return {
      go: 'into',
      actions: [
        ...flow(uuid('action', 'before'), pre_flow_id),
        nested(uuid('action', 'join'), 'confbridge_join', { ...how, confbridge_id }, action.on_error_id),
        ...flow(uuid('action', 'after'), post_flow_id),
      ],
    };
  },
});

function flow(id: string, flow_id: string): readonly ActionJson[] {
  return flow_id === zeroId ? [] : [nested(id, 'fetch_flow', { flow_id })];
}

function nested(
  id: string,
  type: string,
  option: Readonly<Record<string, unknown>>,
  on_error_id?: string,
): ActionJson {
  return { id, next_id: zeroId, type, option, ...(on_error_id && { on_error_id }) };
}
