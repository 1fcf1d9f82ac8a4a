import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { queries } from './lib/queries.ts';
import { signInByFragment } from './lib/session.ts';
import { applyTheme } from './lib/theme.ts';

applyTheme();
// Before anything is drawn: the code must not stay in the address, or in the history.
signInByFragment();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
