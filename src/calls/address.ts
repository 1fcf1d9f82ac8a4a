import * as z from 'zod';

/** A party of a call, as on the wire: always all five fields, `""` where nothing is known. */
export interface Address {
  readonly type: string;
  readonly target: string;
  readonly target_name: string;
  readonly name: string;
  readonly detail: string;
}

export const addressTypes = ['tel', 'sip', 'extension', 'agent'] as const;

/** An address as users write it: `type` and `target` suffice. */
export const addressSchema = z.strictObject({
  type: z.enum(addressTypes).meta({
    description:
      '`tel`: a number, by a trunk; `sip`: `user@host[:port]`, directly; `extension`: a phone registered here; `agent`: his addresses',
  }),
  target: z
    .string()
    .min(1)
    .max(255)
    .meta({
      description: 'the number, `user@host`, or id of the agent; at most 255 characters',
      examples: ['+498912345'],
    }),
  target_name: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'the display name', examples: ['Ada Lovelace'] }),
  name: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'a note for people', examples: ['mobile'] }),
  detail: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'a note for people', examples: ['mornings'] }),
});

/** The target of who calls without a number. */
export const anonymous = 'anonymous';

/** Both parties of an incoming call are `tel`, even where the user part is a name. */
export function telAddress(target: string, targetName = ''): Address {
  return { type: 'tel', target, target_name: targetName, name: '', detail: '' };
}

/** A display name of SIP without its quoted pairs, which Asterisk leaves in it: `Bob \"X\"` is `Bob "X"`. */
export function displayName(quoted: string): string {
  return quoted.replace(/\\(.)/gsu, '$1');
}
