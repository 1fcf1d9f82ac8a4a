import * as z from 'zod';
import { type FlowLayout, noLayout } from '../../flows/flow-layout.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { mostActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { answers, idParams } from '../shapes.ts';

const farthest = 1_000_000;
const coordinate = z.number().min(-farthest).max(farthest);
const point = z.strictObject({
  x: coordinate.meta({ description: 'to the right, in pixels', examples: [240] }),
  y: coordinate.meta({ description: 'down, in pixels', examples: [146] }),
});

const exampleActions = { hello: { x: 0, y: 146 } };
const given: z.ZodType<FlowLayout> = z
  .strictObject({
    start: point.meta({ description: 'where the flow begins', examples: [noLayout.start] }),
    actions: z
      .record(z.string().max(255), point)
      .refine((places) => Object.keys(places).length <= mostActions, `must be at most ${mostActions} actions`)
      .meta({
        description: 'where its actions stand, by their ids; what is no action of it is dropped',
        examples: [exampleActions],
      }),
  })
  .meta({ examples: [{ start: noLayout.start, actions: exampleActions }] });
const layout = component('FlowLayout', given.describe('where the actions of a flow stand'));

const tags = ['flows'];

/** Where the actions of a flow stand on the screen of whoever edits it. */
export function flowLayoutRoutes(api: Api, { store: { flows } }: Parts): void {
  api.get(
    '/flows/:id/layout',
    {
      schema: {
        tags,
        operationId: 'getFlowLayout',
        summary: 'Get where the actions of a flow were put: none where nobody has put them anywhere',
        params: idParams,
        response: answers(layout),
      },
    },
    async ({ params: { id } }) => (await flows.layout(found(await flows.get(id), 'flow'))) ?? noLayout,
  );

  api.put(
    '/flows/:id/layout',
    {
      schema: {
        tags,
        operationId: 'updateFlowLayout',
        summary: 'Put the actions of a flow somewhere: no change of the flow, and no revision',
        params: idParams,
        body: given,
        response: answers(layout),
      },
    },
    async ({ params: { id }, body }) => found(await flows.layOut(id, body), 'flow'),
  );
}
