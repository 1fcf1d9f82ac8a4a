import * as z from 'zod';
import type { ToolCall } from './answer-pieces.ts';

/** What a chatbot can ask for, in the form of the chat servers' API. */
export interface Tool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** What a chatbot has asked for. */
export type Order = { readonly result: 'ended' } | { readonly result: 'target'; readonly target: string };

const endTalk: Tool = {
  type: 'function',
  function: {
    name: 'end_talk',
    description: 'Ends the conversation, once what you have said is spoken. Say goodbye before.',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  },
};

/** To end the talk, and to send the caller to one of these places: a name out of a list, never a number. */
export function toolsOf(targets: readonly string[]): readonly Tool[] {
  if (targets.length === 0) return [endTalk];
  return [
    endTalk,
    {
      type: 'function',
      function: {
        name: 'go_to',
        description: 'Sends the caller on, which ends the conversation, once what you have said is spoken.',
        parameters: {
          type: 'object',
          properties: { name: { type: 'string', enum: targets, description: 'where to' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
    },
  ];
}

const destination = z.object({ name: z.string() });

/** The first of the calls that can be obeyed: models invent tools, and places. */
export function orderIn(calls: readonly ToolCall[], targets: readonly string[]): Order | undefined {
  for (const call of calls) {
    if (call.name === 'end_talk') return { result: 'ended' };
    const target = call.name === 'go_to' ? nameIn(call.arguments) : undefined;
    if (target !== undefined && targets.includes(target)) return { result: 'target', target };
  }
  return undefined;
}

function nameIn(json: string): string | undefined {
  try {
    return destination.safeParse(JSON.parse(json)).data?.name;
  } catch {
    return undefined;
  }
}
