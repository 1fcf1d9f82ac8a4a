import { useState } from 'react';
import { signIn } from '../lib/session.ts';

/** For whoever has come without a link, or with an old one. */
export function SignIn({ message }: { readonly message: string }) {
  const [code, setCode] = useState('');
  return (
    <main className="sign-in">
      <h1>ariflow</h1>
      <p role="alert">
        {message.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn(codeIn(code));
        }}
      >
        <label htmlFor="code">Link or code</label>
        <input
          id="code"
          autoComplete="off"
          spellCheck={false}
          value={code}
          onChange={({ target }) => setCode(target.value)}
          required
        />
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
    </main>
  );
}

/** Of a pasted link the code. */
function codeIn(text: string): string {
  return /#code=([\w-]+)/.exec(text)?.[1] ?? text.trim();
}
