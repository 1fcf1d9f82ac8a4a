import { operations } from './operations.ts';
import { AriError, type AriSender } from './transport.ts';

interface Info {
  readonly system?: { readonly entity_id?: string };
  readonly status?: { readonly startup_time?: string };
}

/**
 * Which Asterisk that is, and which run of it: nothing that lived in an earlier one lives any more. The entity id alone is made of
 * the address of a network card, which every container may have; two that share it did not start in the same millisecond.
 */
export async function identityOf(sender: AriSender, signal: AbortSignal): Promise<string> {
  const info = (await sender.send({ operation: operations.info }, signal)) as Info | undefined;
  const entity = info?.system?.entity_id;
  if (!entity) throw new AriError(0, 'Asterisk does not say who it is');
  return `${entity}/${info?.status?.startup_time ?? ''}`;
}
