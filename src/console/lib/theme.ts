export type Theme = 'system' | 'light' | 'dark';

const key = 'ariflow.theme';

export function themeNow(): Theme {
  const stored = localStorage.getItem(key);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** What the stylesheet goes by; without it, what the machine prefers. */
export function applyTheme(theme: Theme = themeNow()): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem(key, theme);
}
