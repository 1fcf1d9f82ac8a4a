import { useState } from 'react';
import type { Results } from '../lib/schema.ts';

const outcomes = [
  ['success', 'On success'],
  ['failure', 'On failure'],
] as const;

/** The variables that tell how it went, by outcome. A click copies one as it is written into a text. */
export function ResultList({ results }: { readonly results: Results }) {
  const [said, setSaid] = useState('');
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(`${text} is copied.`);
    } catch {
      setSaid('This browser does not let the page copy.'); // without TLS on this machine only
    }
  };
  return (
    <fieldset className="results">
      <legend>Variables</legend>
      <p className="hint">Set once it has waited for the reply: with Sync.</p>
      {outcomes.map(([outcome, title]) => (
        <details key={outcome}>
          <summary>{title}</summary>
          <ul>
            {Object.entries(results[outcome]).map(([name, values]) => (
              <li key={name}>
                <button type="button" title="Copy it" onClick={() => void copy(`\${${name}}`)}>
                  <code>{`\${${name}}`}</code>
                </button>
                <span className="soft">{values.replaceAll('`', '')}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
      <p className="hint" role="status">
        {said}
      </p>
    </fieldset>
  );
}
