import type { AddressPolicy } from './address-policy.ts';

/** What is wrong with a URL, by a policy, if anything is. */
export function urlProblem(policy: Pick<AddressPolicy, 'checkUrl'>): (url: string) => string | undefined {
  return (url) => {
    const checked = policy.checkUrl(url);
    return 'problem' in checked ? checked.problem : undefined;
  };
}
