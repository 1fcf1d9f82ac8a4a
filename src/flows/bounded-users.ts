import { ActionError } from '../core/errors.ts';
import type { UsersPort } from '../ports/flow-requests.ts';

/** All that is kept with one number, in characters: it is loaded into every flow of it. */
const mostOfUser = 65_536;

/** The same users, with so much for each and no more. */
export function boundedUsers(users: UsersPort): UsersPort {
  return {
    load: (number) => users.load(number),
    async save(number, values) {
      const all = { ...(await users.load(number)), ...values };
      const size = Object.entries(all).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      if (size > mostOfUser)
        throw new ActionError('USER_VARIABLES_TOO_LARGE', 'the variables of this contact are over 64 KiB');
      await users.save(number, values);
    },
  };
}
