import { resourceOf } from '../lib/resources.ts';

/** What cannot be chosen yet, and where it is made: beside this page, on which nothing is lost. */
export function NotConfigured({ of }: { readonly of: string }) {
  const { one = of } = resourceOf(of) ?? {};
  return (
    <p className="notice" role="note">
      Not configured.{' '}
      <a href={`#/${of}`} target="_blank" rel="noopener">
        Configure a {one}
      </a>
    </p>
  );
}
