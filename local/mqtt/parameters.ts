import { type Refusal, refuse } from './errors.ts';

/** Decoded parameters of one call, query and form body together. */
export type Parameters = ReadonlyMap<string, string>;

/** A parameter that was there and usable, or why not. */
export type Read<Value> = { readonly ok: true; readonly value: Value } | Refusal;

/** A text that must be there and not empty, of at most `maxChars`. */
export function readText(parameters: Parameters, name: string, maxChars: number): Read<string> {
  const value = parameters.get(name) ?? '';
  if (value.trim() === '') return refuse('ParameterFieldCheckFailed', `${name} is mandatory`);
  if (value.length > maxChars) return refuse('ParameterFieldCheckFailed', `${name} is too long`);
  return { ok: true, value };
}

/** A decimal number from 1 to `max`, sent as text. */
export function readCount(parameters: Parameters, name: string, max: number): Read<number> {
  const text = readText(parameters, name, 16);
  if (!text.ok) return text;
  const value = /^\d+$/u.test(text.value) ? Number(text.value) : 0;
  if (value < 1 || value > max) return refuse('ParameterFieldCheckFailed', `${name} is out of range`);
  return { ok: true, value };
}
