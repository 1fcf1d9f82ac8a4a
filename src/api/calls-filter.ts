import * as z from 'zod';
import { callStatuses } from '../calls/call-record.ts';
import { flowFilter, numberFilter, searchIn, span, statusFilter } from './shapes.ts';

/** What a list of calls can be narrowed to. */
export const callsFilter = {
  ...span,
  status: statusFilter(z.enum(callStatuses)),
  number: numberFilter,
  flow_id: flowFilter,
  search: searchIn('who calls and who is called, numbers and names'),
};
