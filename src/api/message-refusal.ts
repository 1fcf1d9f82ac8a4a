import type { Address } from '../calls/address.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import type { Carriers } from '../messages/carriers.ts';

/** What speaks against a message, with the place where it stands. @throws AriflowError */
export async function refusedAt(
  { source, destinations }: { readonly source: Address; readonly destinations: readonly Address[] },
  ways: Pick<Carriers, 'checkSource' | 'addressesOf'>,
): Promise<void> {
  await placed('source.target', ways.checkSource(source));
  for (const [index, destination] of destinations.entries())
    await placed(`destinations[${index}].target`, ways.addressesOf(destination, source));
}

async function placed(path: string, check: Promise<unknown>): Promise<void> {
  try {
    await check;
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const { message, reason } = error;
    throw new AriflowError(reason, `${path}: ${message}`, { details: [{ path, message }], cause: error });
  }
}
