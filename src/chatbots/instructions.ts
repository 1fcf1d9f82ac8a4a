/** What the chatbot is told instead of a caller's first words: it speaks first. */
export const callBegins = '[the call begins]';

/** What it is told of its task: by whoever has made it, and of the telephone. */
export function instructionsFor(prompt: string, language: string): string {
  const telephone = [
    `You are on the telephone with a caller; the language is ${language}.`,
    'All that you write is spoken to him as it is: write short, plain sentences, without lists, markup or emoji.',
    'What he says was written down by a machine, which may have misheard it.',
    `In brackets you are told of what is not said: ${callBegins}, [pressed 12] for keys of his telephone,`,
    '[inaudible] for what could not be understood. Never write such brackets yourself.',
  ].join(' ');
  return prompt.trim() === '' ? telephone : `${prompt.trim()}\n\n${telephone}`;
}

/** What it is told where the rest of its answer was lost. */
export const cutOff = '[nothing was heard behind that: go on]';

/** What it is told after an answer without words that nobody can obey. */
export function nothingSaid(targets: readonly string[]): string {
  const places = targets.length === 0 ? '' : ` The names for go_to are: ${targets.join(', ')}.`;
  return `[nothing was heard of you.${places}]`;
}
