import * as z from 'zod';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'stop',
  summary: 'Ends the flow; its call, left without one, is hung up.',
  needs: 'nothing',
  option: z.strictObject({}),
  example: {},
  goesOn: () => false,

  run() {
    return { go: 'finish' };
  },
});
