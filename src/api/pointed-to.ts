import { AriflowError } from '../core/errors.ts';
import { PointedToError } from '../storage/pointers.ts';

const hint = 'with ?force=true it is deleted, and what points to it is left as it is';

/** A deletion, refused in words where something points to what was to go. @throws AriflowError `CONFLICT` */
export async function unlessPointedTo<T>(what: string, work: Promise<T>, advice = hint): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PointedToError)) throw error;
    const details = error.pointers.map(({ table, id, places }) => ({
      path: `${table}/${id}`,
      message: `${places.join(', ')} points to it`,
    }));
    const [first] = details;
    const others = details.length - 1;
    const rest = error.isCut ? ` and more than ${others} others` : others > 0 ? ` and ${others} more` : '';
    const message = `the ${what} is in use: ${first?.path}${rest} (${advice})`;
    throw new AriflowError('CONFLICT', message, { details, cause: error });
  }
}
