import type { Element } from '@xmldom/xmldom';
import { attributeOf, type Tag } from './cloud-ssml.ts';
import { factorOf, prosodyWords } from './prosody-factor.ts';

type Name = keyof typeof prosodyWords;

/** What a cloud understands of `<prosody>`, and in which unit. */
export interface ProsodyForm {
  /** Without it pitches are left out. */
  readonly pitch?: 'percent' | 'semitones';
  /** In dB. More than this distorts. */
  readonly mostVolume: number;
}

/** Between a man's and a woman's, in Hz: what a pitch in Hz is taken as a part of. */
const usualPitch = 150;

/** `<prosody>` in the one form that every cloud takes: words as they are, figures in one unit. Nothing where nothing is left of it. */
export function prosodyTag(element: Element, form: ProsodyForm): Tag | undefined {
  const written = (name: Name, write: (factor: number) => string): string | undefined => {
    const value = attributeOf(element, name);
    if (value === undefined || Object.hasOwn(prosodyWords[name], value)) return value;
    return write(factorOf(name, value, 1, usualPitch));
  };
  const attributes = {
    rate: written('rate', (factor) => `${Math.round(100 * within(factor, 0.2, 2))}%`),
    pitch: form.pitch && written('pitch', form.pitch === 'percent' ? inPercent : inSemitones),
    volume: written('volume', (factor) => inDecibels(factor, form.mostVolume)),
  };
  return Object.values(attributes).some(Boolean) ? { name: 'prosody', attributes } : undefined;
}

function inPercent(factor: number): string {
  return withSign(Math.round(100 * (within(factor, 0.67, 1.5) - 1)), '%');
}

function inSemitones(factor: number): string {
  return withSign(round(12 * Math.log2(within(factor, 0.5, 2))), 'st');
}

function inDecibels(factor: number, most: number): string {
  if (factor < 0.01) return 'silent';
  return withSign(round(Math.min(most, 20 * Math.log10(factor))), 'dB');
}

function withSign(value: number, unit: string): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value)}${unit}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
